package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.engine.Effects;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.EngineSettings;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.http.HttpConnections;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;

/**
 * Runs one engine on one thread with real sockets, the system's clock and resolver, and a strong random source.
 *
 * <p>Thread-safe where it says so; the engine itself is touched on the loop's thread alone.
 */
public final class EngineDriver {
    private final DriverSettings settings;
    private final EngineListener listener;
    private final Consumer<TransportEvent> transportEvents;
    private final TransportLoop loop;
    private final NameResolver names;
    private final OutsideSockets outside;
    private final HttpConnections connections;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final String cipherName;
    private final LayerCipherProvider cipher;

    private @Nullable UdpTransport port;
    private @Nullable TunnelEngine engine;
    private @Nullable Cancellable timer;
    private long timerNanos = Long.MAX_VALUE;
    private boolean closing;

    /**
     * Makes a driver with its thread; {@link #start()} binds the port and starts the engine.
     *
     * @param settings what it binds and drives
     * @param listener hears of circuits and peers, on the loop's thread
     * @param transportEvents hears of lasting trouble with sending, on the loop's thread
     * @throws IllegalArgumentException if the settings name a layer cipher that is not available
     */
    public EngineDriver(DriverSettings settings, EngineListener listener, Consumer<TransportEvent> transportEvents) {
        this.settings = settings;
        this.listener = listener;
        this.transportEvents = transportEvents;
        this.cipher = settings.layerCipher() == null
                ? LayerCiphers.fastest(System::nanoTime)
                : LayerCiphers.named(settings.layerCipher());
        this.cipherName = cipher.name();
        this.loop = TransportLoop.open(settings.name());
        this.names = new NameResolver(loop, settings.name() + "-names");
        this.outside = new OutsideSockets(loop, settings.exitBindAddress(), new OutsideEvents());
        this.connections = new HttpConnections(loop, settings.exitBindAddress(), new ConnectionEvents());
    }

    /**
     * Binds the port and starts the engine.
     *
     * @return completes on the loop's thread when the port is bound and the engine runs; fails with {@link
     *     org.tunnel8.transport.BindFailedException} if no port of the range can be had
     */
    public CompletableFuture<Void> start() {
        UdpSettings udp = UdpSettings.of(settings.bindAddress(), settings.ports());
        return UdpTransport.bind(loop, udp, new PortEvents()).thenAcceptAsync(this::bound, loop);
    }

    private void bound(UdpTransport transport) {
        if (closing) {
            transport.close();
            throw new IllegalStateException("closed while starting");
        }
        port = transport;
        EngineSettings engineSettings = new EngineSettings(
                settings.community(),
                settings.discovery().apply(transport.localAddress()),
                settings.relay(),
                settings.exitAllowed(),
                settings.circuits(),
                transport.localAddress().getAddress());
        TunnelEngine started = new TunnelEngine(
                engineSettings,
                settings.identity(),
                cipher.create(),
                new SecureRandom(),
                nowNanos(),
                new EdgeEffects(transport),
                listener);
        engine = started;
        started.start(nowNanos());
        rearm();
    }

    /**
     * Ends every circuit with destroys, then closes the sockets and ends the threads. Thread-safe; repeated calls return
     * the same future.
     *
     * @return completes when all is closed; never fails
     */
    public CompletableFuture<Void> close() {
        if (closed.isDone()) {
            return closed;
        }
        loop.execute(() -> {
            if (closing) {
                return;
            }
            closing = true;
            if (timer != null) {
                timer.cancel();
            }
            if (engine != null) {
                engine.stop(nowNanos());
            }
            // What the engine has just sent leaves with the loop's next flush, before this task.
            loop.execute(this::closeSockets);
        });
        return closed;
    }

    private void closeSockets() {
        outside.close();
        connections.close();
        names.close();
        if (port != null) {
            port.close();
        }
        closed.complete(null);
        loop.close();
    }

    /** Sets the timer to the engine's next deadline; to be called after the engine was used. Loop thread only. */
    public void rearm() {
        TunnelEngine driven = engine;
        if (driven == null || closing) {
            return;
        }
        long next = driven.nextDeadlineNanos();
        if (next < timerNanos) {
            if (timer != null) {
                timer.cancel();
            }
            timerNanos = next;
            timer = loop.schedule(this::onTimer, Math.max(0, next - nowNanos()));
        }
    }

    private void onTimer() {
        timerNanos = Long.MAX_VALUE;
        timer = null;
        if (engine != null && !closing) {
            engine.onDeadline(nowNanos());
            rearm();
        }
    }

    /**
     * The engine's clock.
     *
     * @return nanoseconds since the driver was made
     */
    public long nowNanos() {
        return System.nanoTime() - startNanos;
    }

    /**
     * The engine, told the time. Loop thread only, after {@link #start()} has completed.
     *
     * @return the engine
     */
    public TunnelEngine engine() {
        TunnelEngine driven = Objects.requireNonNull(engine, "the engine has not been started");
        driven.advance(nowNanos());
        return driven;
    }

    /**
     * Asks something on the loop's thread. Thread-safe.
     *
     * @param question what to ask
     * @param <T> type of the answer
     * @return completes with the answer; fails with what the question throws, or with IllegalStateException once closed
     */
    public <T> CompletableFuture<T> ask(Supplier<T> question) {
        if (closed.isDone()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the node is closed"));
        }
        return CompletableFuture.supplyAsync(question, loop);
    }

    /**
     * The loop that everything runs on.
     *
     * @return the loop
     */
    public TransportLoop loop() {
        return loop;
    }

    /**
     * The address of the node's port. Thread-safe after {@link #start()} has completed.
     *
     * @return resolved address
     */
    public InetSocketAddress localAddress() {
        return Objects.requireNonNull(port, "the port has not been bound").localAddress();
    }

    /**
     * What the port has counted. Loop thread only.
     *
     * @return counts
     */
    public TransportCounters portCounters() {
        return port == null ? TransportCounters.none() : port.counters();
    }

    /**
     * What the outside sockets have counted. Loop thread only.
     *
     * @return counts of all together, closed ones included
     */
    public TransportCounters outsideCounters() {
        return outside.counters();
    }

    /**
     * Addresses that outside sockets have or had. Loop thread only.
     *
     * @return a new set
     */
    public Set<InetSocketAddress> outsideAddresses() {
        return outside.addresses();
    }

    /**
     * Which layer cipher is used.
     *
     * @return its name
     */
    public String cipherName() {
        return cipherName;
    }

    private final class PortEvents implements DatagramListener {
        @Override
        public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
            if (engine != null && !closing) {
                engine.onDatagram(nowNanos(), from, buffer, offset, length);
                rearm();
            }
        }

        @Override
        public void onTransportEvent(TransportEvent event) {
            transportEvents.accept(event);
        }
    }

    private final class OutsideEvents implements OutsideSockets.Events {
        @Override
        public void opened(long number, InetSocketAddress local) {
            if (engine != null) {
                engine.onSocketOpened(nowNanos(), number, local);
                rearm();
            }
        }

        @Override
        public void failed(long number) {
            if (engine != null) {
                engine.onSocketFailed(nowNanos(), number);
                rearm();
            }
        }

        @Override
        public void received(long number, InetSocketAddress from, byte[] buffer, int offset, int length) {
            if (engine != null && !closing) {
                engine.onOutsideDatagram(nowNanos(), number, from, buffer, offset, length);
                rearm();
            }
        }
    }

    private final class ConnectionEvents implements HttpConnections.Events {
        @Override
        public void received(long number, byte[] buffer, int offset, int length) {
            if (engine != null && !closing) {
                engine.onReplyBytes(nowNanos(), number, buffer, offset, length);
                rearm();
            }
        }

        @Override
        public void ended(long number) {
            if (engine != null && !closing) {
                engine.onConnectionEnded(nowNanos(), number);
                rearm();
            }
        }
    }

    private final class EdgeEffects implements Effects {
        private final UdpTransport transport;

        EdgeEffects(UdpTransport transport) {
            this.transport = transport;
        }

        @Override
        public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            transport.send(to, buffer, offset, length);
        }

        @Override
        public void open(long socket, boolean ipv6) {
            outside.open(socket, ipv6);
        }

        @Override
        public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
            outside.send(socket, to, buffer, offset, length);
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
        public void disconnect(long connection) {
            connections.disconnect(connection);
        }

        @Override
        public void resolve(String host) {
            names.resolve(host, addresses -> told(driven -> driven.onResolved(nowNanos(), host, addresses)));
        }

        @Override
        public void resolveBootstrap(String host) {
            names.resolve(host, addresses -> told(driven -> driven.onBootstrapResolved(nowNanos(), host, addresses)));
        }

        private void told(Consumer<TunnelEngine> news) {
            if (engine != null && !closing) {
                news.accept(engine);
                rearm();
            }
        }
    }
}
