package org.tunnel8.examples.bt;

import bt.tracker.TrackerResponse;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelDatagrams;

/**
 * Asks one UDP tracker over one flow of datagrams: connects, announces, and repeats what is not answered after 15 seconds, 30, 60
 * and so on (BEP 15); names the tracker's path as BEP 41 says.
 *
 * <p>For one thread at a time; answers arrive on the client's callback thread.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>event</th><th>action</th><th>next state</th></tr>
 * <tr><td>UNCONNECTED</td><td>asked, or time-out</td><td>send connect</td><td>UNCONNECTED</td></tr>
 * <tr><td>UNCONNECTED</td><td>connect answered</td><td>send announce</td><td>CONNECTED</td></tr>
 * <tr><td>CONNECTED</td><td>time-out, id younger than a minute</td><td>send announce</td><td>CONNECTED</td></tr>
 * <tr><td>CONNECTED</td><td>time-out, id older</td><td>send connect</td><td>UNCONNECTED</td></tr>
 * <tr><td>CONNECTED</td><td>announce answered</td><td>give the answer</td><td>done</td></tr>
 * <tr><td>any</td><td>error for our transaction</td><td>give the reason</td><td>done</td></tr>
 * <tr><td>any</td><td>limit reached</td><td>say so</td><td>done</td></tr>
 * </table>
 */
final class UdpAnnouncer implements AutoCloseable {
    /** BEP 15: 15 · 2^n seconds, n from 0 to 8. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(15);

    private static final int MOST_DOUBLINGS = 8;

    /** BEP 15: a connection id is good for a minute. */
    private static final long ID_LIFE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long PROTOCOL_ID = 0x417_2710_1980L;
    private static final int CONNECT = 0;
    private static final int ANNOUNCE = 1;
    private static final int ERROR = 3;
    private static final int CONNECT_REPLY_BYTES = 16;
    private static final int ANNOUNCE_BYTES = 98;
    private static final int ANNOUNCE_REPLY_BYTES = 20;
    private static final int HEADER_BYTES = 8;

    /** BEP 41: the option that holds a part of the URL, and how long a part may be. */
    private static final int URL_OPTION = 2;

    private static final int MOST_OPTION_BYTES = 255;

    /** A path is in the exit's hands and in one datagram; nobody's is longer. */
    private static final int MOST_PATH_BYTES = 1_000;

    /** Answers that wait to be looked at; more are dropped. */
    private static final int MOST_WAITING = 16;

    private final TunnelDatagrams flow;
    private final InetSocketAddress tracker;
    private final byte[] path;
    private final Duration firstWait;
    private final SecureRandom random = new SecureRandom();
    private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(MOST_WAITING);

    private record Answer(boolean ipv6, ByteBuffer payload) {}

    UdpAnnouncer(TunnelDatagrams flow, InetSocketAddress tracker, String path) {
        this(flow, tracker, path, FIRST_WAIT);
    }

    UdpAnnouncer(TunnelDatagrams flow, InetSocketAddress tracker, String path, Duration firstWait) {
        this.flow = flow;
        this.tracker = tracker;
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        this.path = Arrays.copyOf(bytes, Math.min(bytes.length, MOST_PATH_BYTES));
        this.firstWait = firstWait;
        flow.onDatagram(this::onDatagram);
    }

    private void onDatagram(InetSocketAddress origin, byte[] buffer, int offset, int length) {
        // Where the tracker was named, only its answer says where it is; the transaction id has to match in any case.
        if (length >= HEADER_BYTES && (tracker.isUnresolved() || tracker.equals(origin))) {
            var unused = answers.offer(new Answer(
                    origin.getAddress() instanceof Inet6Address,
                    ByteBuffer.wrap(Arrays.copyOfRange(buffer, offset, offset + length))));
        }
    }

    /**
     * Announces and waits for the answer.
     *
     * @param announce what to tell
     * @param limit how long to wait in all
     * @return the answer, or why there is none
     */
    TrackerResponse announce(Announce announce, Duration limit) throws InterruptedException {
        long endNanos = System.nanoTime() + limit.toNanos();
        long connectionId = 0;
        long connectedNanos = 0;
        boolean connected = false;
        int doublings = 0;
        while (true) {
            long now = System.nanoTime();
            connected &= now - connectedNanos < ID_LIFE_NANOS;
            int action = connected ? ANNOUNCE : CONNECT;
            int transaction = random.nextInt();
            send(connected ? announceRequest(connectionId, transaction, announce) : connectRequest(transaction));
            long waitNanos = Math.min(firstWait.toNanos() << doublings, endNanos - now);
            Answer answer = await(action, transaction, now + waitNanos);
            if (answer == null) {
                if (System.nanoTime() >= endNanos) {
                    return TrackerResponse.failure("no answer within " + limit.toSeconds() + " s");
                }
                doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
            } else if (answer.payload().getInt(0) == ERROR) {
                return TrackerResponse.failure(reason(answer.payload()));
            } else if (connected) {
                return response(answer);
            } else {
                connectionId = answer.payload().getLong(HEADER_BYTES);
                connectedNanos = System.nanoTime();
                connected = true;
                doublings = 0;
            }
        }
    }

    private void send(ByteBuffer request) {
        // One that is not taken is as good as lost on the way.
        byte[] bytes = new byte[request.flip().remaining()];
        request.get(bytes);
        var unused = flow.send(tracker, bytes, 0, bytes.length);
    }

    private @Nullable Answer await(int action, int transaction, long untilNanos) throws InterruptedException {
        int least = action == CONNECT ? CONNECT_REPLY_BYTES : ANNOUNCE_REPLY_BYTES;
        while (true) {
            long rest = untilNanos - System.nanoTime();
            Answer answer = rest <= 0 ? null : answers.poll(rest, TimeUnit.NANOSECONDS);
            if (answer == null) {
                return null;
            }
            ByteBuffer payload = answer.payload();
            boolean ours = payload.getInt(Integer.BYTES) == transaction;
            boolean whole = payload.getInt(0) == action && payload.capacity() >= least;
            if (ours && (whole || payload.getInt(0) == ERROR)) {
                return answer;
            }
        }
    }

    private static ByteBuffer connectRequest(int transaction) {
        return ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES)
                .putLong(PROTOCOL_ID)
                .putInt(CONNECT)
                .putInt(transaction);
    }

    private ByteBuffer announceRequest(long connectionId, int transaction, Announce announce) {
        int options = (path.length + MOST_OPTION_BYTES - 1) / MOST_OPTION_BYTES;
        ByteBuffer request = ByteBuffer.allocate(ANNOUNCE_BYTES + 2 * options + path.length)
                .putLong(connectionId)
                .putInt(ANNOUNCE)
                .putInt(transaction)
                .put(announce.infoHash())
                .put(announce.peerId())
                .putLong(announce.downloaded())
                .putLong(announce.left())
                .putLong(announce.uploaded())
                .putInt(announce.event().number())
                // Our address: whatever the tracker sees. The key ties announces from several addresses together;
                // nobody is to.
                .putInt(0)
                .putInt(random.nextInt())
                .putInt(announce.wanted())
                .putShort((short) announce.port());
        for (int at = 0; at < path.length; at += MOST_OPTION_BYTES) {
            int length = Math.min(MOST_OPTION_BYTES, path.length - at);
            request.put((byte) URL_OPTION).put((byte) length).put(path, at, length);
        }
        return request;
    }

    private static TrackerResponse response(Answer answer) {
        ByteBuffer payload = answer.payload();
        int interval = payload.getInt(HEADER_BYTES);
        payload.position(ANNOUNCE_REPLY_BYTES);
        return AnnounceReply.udp(
                interval, payload, answer.ipv6() ? AnnounceReply.IPV6_BYTES : AnnounceReply.IPV4_BYTES);
    }

    private static String reason(ByteBuffer error) {
        byte[] text = new byte[error.capacity() - HEADER_BYTES];
        error.get(HEADER_BYTES, text);
        return AnnounceReply.text(text);
    }

    @Override
    public void close() {
        flow.close();
    }
}
