package org.tunnel8.interop;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The peer outside, to which exits send: echoes what comes, or counts, or sends as asked (traffic.py has the header).
 * Thread-safe.
 */
final class OutsidePeer implements AutoCloseable {
    private static final int HEADER_BYTES = 20;
    private static final int COUNT = 1;
    private static final int SEND = 2;

    private final DatagramSocket socket;
    private final Map<SocketAddress, Long> counted = new HashMap<>();
    private final Set<SocketAddress> sources = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    OutsidePeer() {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            socket.setReceiveBufferSize(4 << 20);
        } catch (SocketException e) {
            throw new IllegalStateException("no socket for the outside peer", e);
        }
        thread = new Thread(this::serve, "outside-peer");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Everybody who has sent something. */
    Set<SocketAddress> sources() {
        return Set.copyOf(sources);
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        while (!socket.isClosed()) {
            packet.setLength(2_048);
            try {
                socket.receive(packet);
                sources.add(packet.getSocketAddress());
                answer(packet);
            } catch (IOException e) {
                // Closed, or the exit's socket is gone already and the kernel says so.
                continue;
            }
        }
    }

    private void answer(DatagramPacket packet) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        int mode = packet.getLength() >= HEADER_BYTES && data.get(0) == 1 ? data.getShort(2) : 0;
        if (mode == COUNT) {
            long total = counted.merge(packet.getSocketAddress(), 1L, Long::sum);
            if (total % Math.max(1, data.getShort(12)) == 0) {
                data.putLong(4, total);
                packet.setLength(HEADER_BYTES);
                socket.send(packet);
            }
        } else if (mode == SEND) {
            int count = Math.min(64, data.getShort(12));
            packet.setLength(Math.max(HEADER_BYTES, data.getShort(14)));
            for (int i = 0; i < count; i++) {
                ByteBuffer.wrap(packet.getData()).putLong(4, i);
                socket.send(packet);
            }
        } else {
            socket.send(packet);
        }
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
