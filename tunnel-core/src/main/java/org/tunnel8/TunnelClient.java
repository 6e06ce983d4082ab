package org.tunnel8;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.DriverSettings;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.LocalAddresses;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.proxy.Socks5Server;
import org.tunnel8.proxy.Socks5Settings;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Takes an application's BitTorrent traffic through circuits of an anonymity network.
 *
 * <p>Thread-safe. Made by {@link #builder()}, started by {@link #start()}, used through {@link #socks5()} by whole
 * torrent clients or through {@link #datagrams()} by code of one's own. Nothing ever leaves beside the tunnel: while no
 * circuit is ready, what is sent is dropped and counted.
 */
public final class TunnelClient implements AutoCloseable {
    private final EngineDriver driver;
    private final CallbackThread callbacks;
    private final Socks5Settings socks5Settings;
    private final Consumer<TunnelEvent> onEvent;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final int minPeers;
    private final int hops;

    private @Nullable Socks5Server socks5;
    private boolean startCalled;
    private long lackingSinceNanos;
    private volatile TunnelStatus.State state = TunnelStatus.State.NEW;
    private volatile @Nullable TunnelStatus lastStatus;

    TunnelClient(
            IdentityKey identity,
            InetAddress bindAddress,
            PortRange ports,
            TunnelNetwork network,
            CircuitSettings circuits,
            Socks5Settings socks5Settings,
            @Nullable String layerCipher,
            Consumer<TunnelEvent> onEvent) {
        this.socks5Settings = socks5Settings;
        this.onEvent = onEvent;
        this.minPeers = circuits.minPeers();
        this.hops = circuits.hops();
        CommunityId community = CommunityId.parse(network.communityId());
        DriverSettings settings = new DriverSettings(
                "tunnel8-client",
                bindAddress,
                ports,
                bindAddress,
                identity,
                layerCipher,
                community,
                local -> DiscoverySettings.builder(community, local)
                        .interfaces(LocalAddresses.all())
                        .bootstrap(network.bootstrap().stream()
                                .map(Endpoints::toAddress)
                                .toList())
                        .target(Math.max(circuits.minPeers(), CircuitSettings.DEFAULT_MIN_PEERS), 3)
                        .build(),
                RelaySettings.of(PeerFlags.NONE),
                List.of(),
                circuits);
        this.driver = new EngineDriver(settings, new Events(), this::onTransportEvent);
        this.callbacks = new CallbackThread("tunnel8-callbacks");
    }

    /**
     * Begins to describe a client.
     *
     * @return a builder with every setting at its default
     */
    public static TunnelClientBuilder builder() {
        return new TunnelClientBuilder();
    }

    /**
     * Binds the client's port and its proxy, and starts to look for peers. Repeated calls return the same future.
     *
     * @return completes when both are bound; fails with a {@link TunnelException} of kind PORT_UNAVAILABLE if one cannot
     *     be, or CLOSED if the client is closed
     */
    public CompletableFuture<Void> start() {
        synchronized (started) {
            if (startCalled) {
                return started.copy();
            }
            startCalled = true;
        }
        var unused = driver.start()
                .thenCompose(bound -> {
                    state = TunnelStatus.State.CONNECTING;
                    lackingSinceNanos = driver.nowNanos();
                    return Socks5Server.start(driver.loop(), socks5Settings, new FlowTunnel(driver));
                })
                .whenCompleteAsync(this::onStarted, driver.loop());
        return started.copy();
    }

    private void onStarted(@Nullable Socks5Server server, @Nullable Throwable failure) {
        if (server != null && state != TunnelStatus.State.CLOSED) {
            socks5 = server;
            started.complete(null);
            return;
        }
        if (server != null) {
            server.close();
        }
        TunnelException told = state == TunnelStatus.State.CLOSED ? closedException() : portUnavailable(failure);
        started.completeExceptionally(told);
        ready.completeExceptionally(told);
    }

    private static TunnelException portUnavailable(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String what = cause == null ? "a port cannot be bound" : String.valueOf(cause.getMessage());
        return new TunnelException(TunnelException.Kind.PORT_UNAVAILABLE, what, cause);
    }

    private static TunnelException closedException() {
        return new TunnelException(TunnelException.Kind.CLOSED, "the client is closed", null);
    }

    /**
     * Waits for the first circuit, without blocking.
     *
     * @param limit how long at most
     * @return completes when a circuit can be used, at once if one can already; fails with a {@link TunnelException} of
     *     kind NO_CIRCUIT that says what is lacking if none is ready in time, PORT_UNAVAILABLE if starting has failed,
     *     or CLOSED
     */
    public CompletableFuture<Void> whenReady(Duration limit) {
        return ready.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).exceptionallyAsync(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            throw cause instanceof TunnelException told ? told : noCircuit(limit);
        });
    }

    private TunnelException noCircuit(Duration limit) {
        return new TunnelException(
                TunnelException.Kind.NO_CIRCUIT,
                "no circuit was ready within " + limit.toSeconds() + " s: " + status().reason(),
                null);
    }

    /**
     * The SOCKS5 proxy, for applications that speak UDP through one (UDP ASSOCIATE).
     *
     * @return where it listens
     * @throws TunnelException of kind CLOSED if the client has not been started, or is closed
     */
    public Socks5Endpoint socks5() {
        Socks5Server server = started.isDone() && !started.isCompletedExceptionally() ? socks5 : null;
        if (server == null || state == TunnelStatus.State.CLOSED) {
            throw new TunnelException(TunnelException.Kind.CLOSED, "the proxy is not running", null);
        }
        return new Socks5Endpoint(server.address());
    }

    /**
     * Opens a flow of raw datagrams.
     *
     * @return a new flow; to be closed when it is not needed any more
     * @throws TunnelException of kind CLOSED if the client has not been started, or is closed
     */
    public TunnelDatagrams datagrams() {
        if (state == TunnelStatus.State.NEW || state == TunnelStatus.State.CLOSED) {
            throw new TunnelException(TunnelException.Kind.CLOSED, "the client is not running", null);
        }
        return driver.ask(() -> new DatagramFlow(driver, callbacks)).join();
    }

    /**
     * How the client is doing. May be called from any thread, also from callbacks; waits for the engine's thread for a
     * moment.
     *
     * @return a snapshot; after closing, the last one
     */
    public TunnelStatus status() {
        TunnelStatus last = lastStatus;
        if (last != null) {
            return last;
        }
        if (driver.loop().inLoop()) {
            return snapshot();
        }
        try {
            return driver.ask(this::snapshot).join();
        } catch (CompletionException e) {
            TunnelStatus closed = lastStatus;
            if (closed == null) {
                throw closedException();
            }
            return closed;
        }
    }

    private TunnelStatus snapshot() {
        if (state == TunnelStatus.State.NEW) {
            return StatusReport.beforeStart(driver);
        }
        return StatusReport.of(driver, state, reason(), socks5);
    }

    private String reason() {
        if (state == TunnelStatus.State.CLOSED) {
            return "the client is closed";
        }
        TunnelEngine engine = driver.engine();
        CircuitPool pool = engine.circuits();
        if (pool == null || pool.ready() > 0) {
            return "";
        }
        return switch (pool.lack()) {
            case PEERS ->
                engine.peers().size() + " of " + minPeers + " peers are known"
                        + (engine.peers().size() == 0 ? entry(engine.discoveryStatus()) : "");
            case CANDIDATES -> "no exit is known, or too few relays for " + hops + " hops";
            case NONE -> "the first circuits are being built";
        };
    }

    /** What stands in the way while nobody is known. */
    private static String entry(DiscoveryStatus status) {
        return switch (status.bootstrap()) {
            case IDLE -> ", and there is no bootstrap server to ask";
            case CONTACTING -> ", and no bootstrap server has answered yet";
            case ANSWERED -> ", and nobody that a bootstrap server introduced has answered yet";
            case UNREACHABLE -> ", and none of the " + status.bootstrapServers() + " bootstrap servers answers";
        };
    }

    /**
     * Processor time of the engine's thread, for measurements.
     *
     * @return time since the client was made
     */
    public Duration cpuTime() {
        return Duration.ofNanos(driver.loop().cpuNanos());
    }

    /**
     * Closes the client: circuits end with destroys, the proxy and all sockets close. Returns when it is done; repeated
     * calls do nothing.
     */
    @Override
    public void close() {
        if (state != TunnelStatus.State.CLOSED) {
            CompletableFuture.runAsync(this::closeOnLoop, driver.loop())
                    .thenCompose(done -> driver.close())
                    .join();
            callbacks.close();
        }
    }

    private void closeOnLoop() {
        if (state == TunnelStatus.State.CLOSED) {
            return;
        }
        boolean ran = state != TunnelStatus.State.NEW;
        state = TunnelStatus.State.CLOSED;
        lastStatus = ran ? StatusReport.of(driver, state, reason(), socks5) : StatusReport.beforeStart(driver);
        if (socks5 != null) {
            socks5.close();
        }
        started.completeExceptionally(closedException());
        ready.completeExceptionally(closedException());
    }

    private void onTransportEvent(TransportEvent event) {
        if (event instanceof TransportEvent.SendFailing failing) {
            tell(new TunnelEvent.SendFailing(failing.failure().name(), failing.datagrams()));
        }
    }

    private void tell(TunnelEvent event) {
        callbacks.execute(() -> onEvent.accept(event));
    }

    /** Turns what the engine tells into the client's state and events. */
    private final class Events implements EngineListener {
        @Override
        public void onCircuitReady(Circuit circuit) {
            tell(new TunnelEvent.CircuitReady(circuit.hops(), Duration.ofNanos(circuit.buildNanos())));
            if (state == TunnelStatus.State.CONNECTING || state == TunnelStatus.State.UNAVAILABLE) {
                state = TunnelStatus.State.READY;
                tell(new TunnelEvent.Ready(Duration.ofNanos(driver.nowNanos() - lackingSinceNanos)));
                ready.complete(null);
            }
        }

        @Override
        public void onCircuitClosed(Circuit circuit, CloseReason reason) {
            tell(new TunnelEvent.CircuitClosed(circuit.hops(), reason.name(), circuit.buildNanos() > 0));
            CircuitPool pool = driver.engine().circuits();
            if (state == TunnelStatus.State.READY && pool != null && pool.ready() == 0) {
                state = TunnelStatus.State.UNAVAILABLE;
                lackingSinceNanos = driver.nowNanos();
                tell(new TunnelEvent.Unavailable());
            }
        }

        @Override
        public void onPeers(int peers) {
            tell(new TunnelEvent.PeersChanged(peers));
        }
    }
}
