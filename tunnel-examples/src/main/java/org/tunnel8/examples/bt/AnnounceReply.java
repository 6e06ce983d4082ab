package org.tunnel8.examples.bt;

import bt.net.InetPeer;
import bt.net.Peer;
import bt.tracker.TrackerResponse;
import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a tracker's answer into what {@code bt} takes. A peer that is given by a name is left out: nothing is looked up. */
final class AnnounceReply {
    static final int IPV4_BYTES = 4;
    static final int IPV6_BYTES = 16;

    /** Of one answer; trackers give 50 unless asked for more. */
    private static final int MOST_PEERS = 500;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_SECONDS = 86_400;
    private static final int LONGEST_REASON = 200;

    private AnnounceReply() {}

    /**
     * Reads an answer of an HTTP tracker (BEP 3, 7 and 23).
     *
     * @param body what the server sent
     * @return the response; a failure with the tracker's reason if it gives one, or if the body is no such answer
     */
    static TrackerResponse http(byte[] body) {
        Map<String, Object> reply;
        try {
            reply = Bencoded.dictionary(body);
        } catch (IllegalArgumentException e) {
            return TrackerResponse.failure("the answer is not bencoded");
        }
        if (reply.get("failure reason") instanceof byte[] reason) {
            return TrackerResponse.failure(text(reason));
        }
        List<Peer> peers = new ArrayList<>();
        if (reply.get("peers") instanceof byte[] compact) {
            addCompact(ByteBuffer.wrap(compact), IPV4_BYTES, peers);
        } else if (reply.get("peers") instanceof List<?> listed) {
            listed.forEach(peer -> addListed(peer, peers));
        }
        if (reply.get("peers6") instanceof byte[] compact) {
            addCompact(ByteBuffer.wrap(compact), IPV6_BYTES, peers);
        }
        TrackerResponse response = TrackerResponse.ok();
        response.setPeers(peers);
        response.setInterval(seconds(reply.get("interval")));
        response.setMinInterval(seconds(reply.get("min interval")));
        if (reply.get("tracker id") instanceof byte[] id) {
            response.setTrackerId(id);
        }
        return response;
    }

    /** Makes a response of a UDP tracker's. */
    static TrackerResponse udp(int intervalSeconds, ByteBuffer compact, int addressBytes) {
        List<Peer> peers = new ArrayList<>();
        addCompact(compact, addressBytes, peers);
        TrackerResponse response = TrackerResponse.ok();
        response.setPeers(peers);
        response.setInterval(seconds((long) intervalSeconds));
        return response;
    }

    private static void addCompact(ByteBuffer compact, int addressBytes, List<Peer> peers) {
        byte[] address = new byte[addressBytes];
        while (compact.remaining() >= addressBytes + Short.BYTES) {
            compact.get(address);
            add(address(address), Short.toUnsignedInt(compact.getShort()), peers);
        }
    }

    private static void addListed(Object listed, List<Peer> peers) {
        if (listed instanceof Map<?, ?> peer
                && peer.get("ip") instanceof byte[] ip
                && peer.get("port") instanceof Long port
                && port <= MAX_PORT) {
            String text = new String(ip, StandardCharsets.ISO_8859_1);
            if (InetAddresses.isInetAddress(text)) {
                add(InetAddresses.forString(text), port.intValue(), peers);
            }
        }
    }

    private static void add(InetAddress address, int port, List<Peer> peers) {
        if (port > 0 && !address.isAnyLocalAddress() && peers.size() < MOST_PEERS) {
            peers.add(InetPeer.build(address, port));
        }
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static int seconds(@Nullable Object value) {
        return value instanceof Long seconds ? (int) Math.max(0, Math.min(seconds, MAX_SECONDS)) : 0;
    }

    /** A reason that can be shown: no control characters, and not too long. */
    static String text(byte[] bytes) {
        String text = new String(bytes, 0, Math.min(bytes.length, LONGEST_REASON), StandardCharsets.UTF_8);
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
