package org.tunnel8.node;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;

/** Has clients send to an outside socket at a rate, and counts there what comes of each; some of it is sent back. */
public final class OutsideLoad implements AutoCloseable {
    public static final int PAYLOAD_BYTES = 1_300;

    private static final int MOST_CLIENTS = 64;
    private static final int NUMBER_AT = 20;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final DatagramSocket outside;
    private final AtomicLongArray bytesOf = new AtomicLongArray(MOST_CLIENTS);
    private final AtomicLongArray echoesOf = new AtomicLongArray(MOST_CLIENTS);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "load");
        thread.setDaemon(true);
        return thread;
    });

    public OutsideLoad(InetAddress at) throws IOException {
        outside = new DatagramSocket(new InetSocketAddress(at, 0));
        outside.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
        Thread counting = new Thread(this::count, "outside");
        counting.setDaemon(true);
        counting.start();
    }

    private void count() {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            while (true) {
                packet.setLength(2_048);
                outside.receive(packet);
                ByteBuffer payload = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                bytesOf.addAndGet(payload.getInt(NUMBER_AT), packet.getLength());
                if (payload.get(NUMBER_AT + 4) != 0) {
                    outside.send(packet);
                }
            }
        } catch (IOException e) {
            // Closed: the test is over.
            timer.shutdownNow();
        }
    }

    private static byte[] payload(int number, boolean echoed) {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
        payload.put(0, (byte) 1);
        payload.putInt(NUMBER_AT, number);
        payload.put(NUMBER_AT + 4, (byte) (echoed ? 1 : 0));
        return payload.array();
    }

    /** Has a client send so much in a second from now on, as evenly as timers allow, until that is cancelled. */
    public Future<?> load(TunnelClient client, int number, long bytesPerSecond, boolean echoed) {
        TunnelDatagrams flow = client.datagrams();
        flow.onDatagram((origin, buffer, offset, length) -> echoesOf.incrementAndGet(number));
        InetSocketAddress target = (InetSocketAddress) outside.getLocalSocketAddress();
        byte[] payload = payload(number, echoed);
        long begun = System.nanoTime();
        long[] sent = {0};
        return timer.scheduleAtFixedRate(
                () -> {
                    double due = (System.nanoTime() - begun) / 1e9 * bytesPerSecond;
                    for (; sent[0] < due; sent[0] += PAYLOAD_BYTES) {
                        flow.send(target, payload, 0, PAYLOAD_BYTES);
                    }
                },
                0,
                2,
                TimeUnit.MILLISECONDS);
    }

    /** Payload bytes of a client that have come out. */
    public long bytesOf(int number) {
        return bytesOf.get(number);
    }

    /** Echoes that have come back to a client. */
    public long echoesOf(int number) {
        return echoesOf.get(number);
    }

    /** Ends a while later. */
    public CompletableFuture<Void> after(Duration time) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS, timer));
    }

    /** Jain's index of shares: 1 if all are equal, the inverse of their number if one has all. */
    public static double jain(List<Long> shares) {
        double sum = shares.stream().mapToDouble(Long::doubleValue).sum();
        double squares =
                shares.stream().mapToDouble(share -> (double) share * share).sum();
        return sum * sum / (shares.size() * squares);
    }

    @Override
    public void close() {
        outside.close();
        timer.shutdownNow();
    }
}
