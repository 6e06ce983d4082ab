package org.tunnel8.examples.bt;

import bt.net.ConnectionRoutine;
import bt.net.IPeerConnectionFactory;
import bt.net.SocketChannelConnectionAcceptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.concurrent.CountDownLatch;

/** Stands where {@code bt} would listen for peers, and opens no socket: nobody ever comes. */
final class NoAcceptor extends SocketChannelConnectionAcceptor {
    private final CountDownLatch never = new CountDownLatch(1);

    NoAcceptor(Selector selector, IPeerConnectionFactory connections) {
        super(selector, connections, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public ConnectionRoutine accept() {
        try {
            while (true) {
                never.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped", e);
        }
    }
}
