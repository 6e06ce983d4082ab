package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.engine.Effects;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.http.HttpConnections;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * What an engine acts through: its own port, the sockets and connections to the outside, and the system's resolver. What
 * comes of its acts is told to the engine. Loop thread only, where nothing else is said.
 */
final class EngineEdge implements Effects, OutsideSockets.Events, HttpConnections.Events, AutoCloseable {
    private final Driven driven;
    private final NameResolver names;
    private final OutsideSockets outside;
    private final HttpConnections connections;
    private @Nullable DatagramPort port;

    /** The engine as its edge sees it. */
    interface Driven {
        /** The engine; null before it was started and once it is stopped. */
        @Nullable
        TunnelEngine running();

        /** The engine's clock. */
        long nowNanos();

        /** To be called when the engine was used. */
        void rearm();
    }

    EngineEdge(TransportLoop loop, DriverSettings settings, Driven driven) {
        this.driven = driven;
        this.names = new NameResolver(loop, settings.name() + "-names");
        this.outside = new OutsideSockets(loop, settings.exitBindAddress(), this);
        this.connections = new HttpConnections(loop, settings.exitBindAddress(), this);
    }

    /** Learns the engine's own port, before the engine is made. */
    void bound(DatagramPort ownPort) {
        port = ownPort;
    }

    /** Opens a socket to the outside for a moment; fails if none can be opened. */
    CompletableFuture<Void> tryOutside() {
        return outside.tryOne();
    }

    /** Addresses that outside sockets have or had. Thread-safe. */
    Set<InetSocketAddress> outsideAddresses() {
        return outside.addresses();
    }

    TransportCounters outsideCounters() {
        return outside.counters();
    }

    private void tell(Consumer<TunnelEngine> news) {
        TunnelEngine engine = driven.running();
        if (engine != null) {
            news.accept(engine);
            driven.rearm();
        }
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        DatagramPort own = port;
        if (own != null) {
            own.send(to, buffer, offset, length);
        }
    }

    @Override
    public boolean hasRoom() {
        DatagramPort own = port;
        return own == null || own.isWritable();
    }

    @Override
    public void open(long socket, boolean ipv6) {
        outside.open(socket, ipv6);
    }

    @Override
    public void opened(long number, InetSocketAddress local) {
        tell(engine -> engine.onSocketOpened(driven.nowNanos(), number, local));
    }

    @Override
    public void failed(long number) {
        tell(engine -> engine.onSocketFailed(driven.nowNanos(), number));
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        outside.send(socket, to, buffer, offset, length);
    }

    @Override
    public void received(long number, InetSocketAddress from, byte[] buffer, int offset, int length) {
        // On the path of every packet: written out, so that no lambda has to be made.
        TunnelEngine engine = driven.running();
        if (engine != null) {
            engine.onOutsideDatagram(driven.nowNanos(), number, from, buffer, offset, length);
            driven.rearm();
        }
    }

    @Override
    public void close(long socket) {
        outside.close(socket);
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        return connections.source(ipv6);
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        connections.connect(connection, to, request);
    }

    @Override
    public void received(long connection, byte[] buffer, int offset, int length) {
        tell(engine -> engine.onReplyBytes(driven.nowNanos(), connection, buffer, offset, length));
    }

    @Override
    public void ended(long connection) {
        tell(engine -> engine.onConnectionEnded(driven.nowNanos(), connection));
    }

    @Override
    public void disconnect(long connection) {
        connections.disconnect(connection);
    }

    @Override
    public void resolve(String host) {
        names.resolve(host, addresses -> tell(engine -> engine.onResolved(driven.nowNanos(), host, addresses)));
    }

    @Override
    public void resolveBootstrap(String host) {
        names.resolve(
                host, addresses -> tell(engine -> engine.onBootstrapResolved(driven.nowNanos(), host, addresses)));
    }

    @Override
    public void close() {
        names.close();
        outside.close();
        connections.close();
    }

    /** Waits a moment for the threads to end, after closing. Not for the loop's thread. */
    void awaitEnd() {
        names.awaitEnd();
    }
}
