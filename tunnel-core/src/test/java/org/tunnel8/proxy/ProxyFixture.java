package org.tunnel8.proxy;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.tunnel8.transport.udp.TransportLoop;

/** A loop, tunnels without a network, and a proxy in front of them. */
final class ProxyFixture implements AutoCloseable {
    final TransportLoop loop;
    final LoopbackTunnel tunnel;
    final PlayedStreams streams;
    final PlayedExchanges exchanges;
    final Socks5Server server;

    ProxyFixture(Socks5Settings settings) throws Exception {
        this(settings, TransportLoop.Io.BEST_AVAILABLE);
    }

    ProxyFixture(Socks5Settings settings, TransportLoop.Io io) throws Exception {
        loop = TransportLoop.open("proxy-test", io);
        tunnel = new LoopbackTunnel(loop);
        streams = new PlayedStreams(loop);
        exchanges = new PlayedExchanges(loop);
        server = Socks5Server.start(loop, settings, tunnels()).get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    Tunnels tunnels() {
        return new Tunnels(tunnel, streams, exchanges);
    }

    /** Tunnels of a loop, for a proxy that nobody uses. */
    static Tunnels unusedTunnels(TransportLoop loop) {
        return new Tunnels(new LoopbackTunnel(loop), new PlayedStreams(loop), new PlayedExchanges(loop));
    }

    SocksClient connect() throws IOException {
        return new SocksClient(server.address());
    }

    long refused(Socks5Refusal reason) {
        return server.statistics().refused(reason);
    }

    long dropped(Socks5Drop reason) {
        return server.statistics().dropped(reason);
    }

    static void eventually(ThrowingRunnable assertion) {
        Awaitility.await()
                .atMost(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .pollInterval(2, TimeUnit.MILLISECONDS)
                .untilAsserted(assertion);
    }

    @Override
    public void close() {
        server.close();
        server.whenClosed()
                .orTimeout(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        loop.close();
    }
}
