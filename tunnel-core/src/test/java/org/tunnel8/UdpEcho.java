package org.tunnel8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A server outside, on a real socket, that sends back what it gets and notes who sent it. */
public final class UdpEcho implements AutoCloseable {
    private static final int MAX_DATAGRAM_BYTES = 8_192;

    private final DatagramSocket socket;
    private final BlockingQueue<InetSocketAddress> senders = new LinkedBlockingQueue<>();
    private volatile boolean closed;
    private volatile @Nullable IOException broken;

    /** A server on a free port of the loopback address. */
    public UdpEcho() throws SocketException {
        this(InetAddress.getLoopbackAddress());
    }

    /** A server on a free port of an address of this machine. */
    public UdpEcho(InetAddress at) throws SocketException {
        socket = new DatagramSocket(new InetSocketAddress(at, 0));
        Thread thread = new Thread(this::run, "echo");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
                socket.receive(packet);
                if (packet.getPort() != 0) {
                    senders.add((InetSocketAddress) packet.getSocketAddress());
                    socket.send(packet);
                }
            }
        } catch (IOException e) {
            if (!closed) {
                broken = e;
            }
        }
    }

    /** Where the server is. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Who sent what came, in order; taken from it by the reader. */
    public BlockingQueue<InetSocketAddress> senders() {
        return senders;
    }

    @Override
    public void close() {
        closed = true;
        socket.close();
        if (broken != null) {
            throw new AssertionError("the echo server broke", broken);
        }
    }
}
