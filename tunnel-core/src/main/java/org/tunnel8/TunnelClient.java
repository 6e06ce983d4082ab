package org.tunnel8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.DriverSettings;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.LocalAddresses;
import org.tunnel8.driver.MemorySettings;
import org.tunnel8.engine.Timings;
import org.tunnel8.meters.Metering;
import org.tunnel8.meters.Sources;
import org.tunnel8.metrics.KeyTraffic;
import org.tunnel8.proxy.Socks5Server;
import org.tunnel8.proxy.Socks5Settings;
import org.tunnel8.proxy.Socks5Statistics;
import org.tunnel8.proxy.Tunnels;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.transport.PortRange;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Takes an application's BitTorrent traffic through circuits of an anonymity network.
 *
 * <p>Thread-safe. Made by {@link #builder()}, started by {@link #start()}, used through {@link #socks5()} by whole
 * torrent clients or through {@link #datagrams()} by code of one's own. Nothing leaves beside the tunnel unless the user
 * consents, by {@link #directConnections}: while no circuit is ready, what is sent waits a moment, and is dropped and counted.
 */
public final class TunnelClient implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);
    private static final Logger log = LoggerFactory.getLogger(TunnelClient.class);
    /** Five tries of an exchange and the pauses between them. */
    private static final Duration HTTP_LIMIT = Duration.ofSeconds(30);
    /** Longer than any exchange takes that has a circuit. */
    private static final Duration LONGEST_HTTP = Duration.ofHours(1);

    private final EngineDriver driver;
    private final CallbackThread callbacks;
    private final OwnUplink uplink;
    private final DirectLeases leases;
    private final ClientExchanges exchanges;
    private final Metering metering;
    /** Those that are open, and some that no longer are. Loop thread only. */
    private final Set<DatagramFlow> flows = new HashSet<>();

    private final Socks5Settings socks5Settings;
    private final Consumer<TunnelEvent> onEvent;
    /** Callback thread only. */
    private final EventLog eventLog = new EventLog(TunnelClient.class, System::nanoTime);

    private final ClientLife life = new ClientLife();

    private final AtomicBoolean startCalled = new AtomicBoolean();
    private volatile @Nullable Socks5Server socks5;
    private final int hops;
    private final TroubleReport troubles;
    /** Loop thread only. */
    private @Nullable StreamFlows streams;

    private volatile @Nullable TunnelStatus lastStatus;

    TunnelClient(
            IdentityKey identity,
            InetAddress bindAddress,
            PortRange ports,
            TunnelNetwork network,
            CircuitSettings circuits,
            Socks5Settings socks5Settings,
            @Nullable String layerCipher,
            @Nullable Path memory,
            Duration memoryAge,
            long bytesPerSecond,
            Consumer<TunnelEvent> onEvent,
            Metering.Factory metering) {
        this.socks5Settings = socks5Settings;
        this.onEvent = onEvent;
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
                circuits,
                memory == null
                        ? null
                        : new MemorySettings(
                                memory, memoryAge, trouble -> tell(new TunnelEvent.MemoryTrouble(trouble))));
        this.callbacks = new CallbackThread("tunnel8-callbacks");
        ClientEvents events = new ClientEvents(new Parts(), life, this::tell);
        this.driver = new EngineDriver(settings, events, events::onTransportEvent);
        this.troubles = new TroubleReport(driver, hops);
        this.uplink = new OwnUplink(driver::hasRoom, driver.loop(), driver::nowNanos, bytesPerSecond);
        DirectOutside outside = new DirectOutside(driver.loop(), bindAddress, "tunnel8-client-direct-names");
        this.leases = new DirectLeases(driver.loop(), driver::nowNanos, InstantSource.system(), outside, this::tell);
        this.exchanges = new ClientExchanges(driver, leases);
        this.metering = Metering.orClosed(
                () -> metering.make(new Sources(
                        "client",
                        driver,
                        callbacks,
                        new Sources.Own(
                                this::proxyStatistics,
                                outside,
                                leases::held,
                                List.of(TunnelStatus.State.values()),
                                life::state))),
                driver);
    }

    private @Nullable Socks5Statistics proxyStatistics() {
        Socks5Server server = socks5;
        return server == null ? null : server.statistics();
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
     * Binds the client's port and its proxy, and starts to look for peers. Repeated calls start nothing more and end as
     * the first.
     *
     * @return completes when both are bound; fails with a {@link TunnelException} of kind PORT_UNAVAILABLE if one cannot
     *     be, which ends the client, or of kind CLOSED if the client is closed. On a thread of the common pool
     */
    public CompletableFuture<Void> start() {
        if (startCalled.compareAndSet(false, true)) {
            onLoop(life::connects);
            var unused = driver.start().whenComplete((bound, failure) -> onLoop(() -> onBound(failure)));
        }
        return life.whenStarted();
    }

    private void onBound(@Nullable Throwable failure) {
        if (failure != null) {
            end(portUnavailable(failure));
            return;
        }
        life.lacksCircuits(driver.nowNanos());
        metering.started(driver.engine().tables());
        StreamFlows carried = new StreamFlows(driver, uplink, leases, hops);
        streams = carried;
        leases.whenGranted(() -> {
            carried.considerDirect();
            exchanges.considerDirect();
        });
        Tunnels tunnels = new Tunnels(new FlowTunnel(driver, uplink, leases), carried, new ExchangeTunnel(exchanges));
        var unused = Socks5Server.start(driver.loop(), socks5Settings, tunnels)
                .whenComplete((server, unbound) -> onLoop(() -> onProxy(server, unbound)));
    }

    private void onProxy(@Nullable Socks5Server server, @Nullable Throwable failure) {
        if (server == null) {
            end(portUnavailable(failure));
        } else if (life.isClosed()) {
            server.close();
        } else {
            socks5 = server;
            life.started();
        }
    }

    private static TunnelException portUnavailable(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String what = cause == null ? "a port cannot be bound" : String.valueOf(cause.getMessage());
        return new TunnelException(TunnelException.Kind.PORT_UNAVAILABLE, what, cause, TroubleReport.unbound(what));
    }

    private static TunnelException closed() {
        return new TunnelException(
                TunnelException.Kind.CLOSED, "the client is closed; build a new one", null, TroubleReport.closed());
    }

    private void requireRunning() {
        if (socks5 == null || life.isClosed()) {
            throw notRunning();
        }
    }

    private TunnelException notRunning() {
        if (life.isClosed()) {
            return closed();
        }
        String what = "the client is not running yet: call start() and wait for its future first";
        return new TunnelException(TunnelException.Kind.NOT_STARTED, what, null, TroubleReport.notStarted(what));
    }

    /**
     * Waits for a circuit, without blocking.
     *
     * @param limit how long at most, from now on
     * @return completes when a circuit can be used, at once if one can already; fails with a {@link TunnelException} of
     *     kind NO_CIRCUIT that says why ({@link TunnelException#trouble()}) if none is ready in time, PORT_UNAVAILABLE if starting has failed,
     *     or CLOSED if the client is closed. On a thread of the common pool
     */
    public CompletableFuture<Void> whenReady(Duration limit) {
        long limitNanos = limit.compareTo(LONGEST_WAIT) < 0 ? limit.toNanos() : LONGEST_WAIT.toNanos();
        return life.whenReady().orTimeout(limitNanos, TimeUnit.NANOSECONDS).exceptionallyAsync(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            throw cause instanceof TunnelException told ? told : noCircuit(limit);
        });
    }

    private TunnelException noCircuit(Duration limit) {
        boolean isShort = limit.compareTo(Duration.ofSeconds(1)) < 0;
        String time = isShort ? limit.toMillis() + " ms" : limit.toSeconds() + " s";
        return TunnelException.noCircuit("no circuit was ready within " + time, status().trouble());
    }

    /**
     * The SOCKS5 proxy, for applications that speak UDP through one (UDP ASSOCIATE).
     *
     * @return where it listens
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public Socks5Endpoint socks5() {
        Socks5Server server = socks5;
        if (server == null || life.isClosed()) {
            throw notRunning();
        }
        return new Socks5Endpoint(server.address());
    }

    /**
     * Opens a flow of raw datagrams.
     *
     * @return a new flow; to be closed when it is not needed any more
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public TunnelDatagrams datagrams() {
        return datagrams(FlowOptions.standard());
    }

    /**
     * Opens a flow of raw datagrams with a number of hops or an isolation key of its own.
     *
     * @param options what is special about it
     * @return a new flow; to be closed when it is not needed any more
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public TunnelDatagrams datagrams(FlowOptions options) {
        Objects.requireNonNull(options);
        requireRunning();
        try {
            return driver.ask(() -> openFlow(options)).join();
        } catch (CompletionException e) {
            throw closed();
        }
    }

    private DatagramFlow openFlow(FlowOptions options) {
        DatagramFlow flow = new DatagramFlow(driver, callbacks, uplink, leases, options);
        flows.removeIf(DatagramFlow::isEnded);
        flows.add(flow);
        return flow;
    }

    /**
     * Opens a stream of bytes to a peer. The same as {@link #connect(InetSocketAddress, FlowOptions)} without anything special.
     *
     * @param peer where the exit is to connect to
     * @return completes with the open stream, or fails as there
     * @throws TunnelException as there
     */
    public CompletableFuture<TunnelSocket> connect(InetSocketAddress peer) {
        return connect(peer, FlowOptions.standard());
    }

    /**
     * Opens a stream of bytes to a peer, carried as uTP (BEP 29) from the exit to the peer's address and port: BitTorrent's
     * peers listen for TCP and uTP on one port (D9). Exits carry no TCP, so servers of other kinds cannot be reached.
     *
     * @param peer where the exit is to connect to; an unresolved address is passed on as the name, and resolved by the exit
     *     alone
     * @param options number of hops and isolation key
     * @return completes with the open stream when the peer has answered; fails with a {@link TunnelException} of kind NO_CIRCUIT
     *     after 20 s without a circuit or a lease for it ({@link #directConnections}), CONNECTION_REFUSED if the peer refuses, CONNECTION_UNANSWERED if it does not answer
     *     for 20 s, CONNECTION_LOST if the circuit fails meanwhile, TOO_MANY_CONNECTIONS, or CLOSED if the client is closed. On
     *     a thread of the common pool. Cancelling it ends the attempt
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public CompletableFuture<TunnelSocket> connect(InetSocketAddress peer, FlowOptions options) {
        Objects.requireNonNull(options);
        Address target = Endpoints.toAddress(peer);
        requireRunning();
        StreamSocket socket = new StreamSocket(driver, troubles, peer);
        try {
            driver.loop().execute(() -> socket.over(streams().connect(target, options, socket)));
        } catch (RejectedExecutionException e) {
            throw closed();
        }
        CompletableFuture<TunnelSocket> connected = socket.connected();
        var unused = connected.whenComplete((open, failure) -> {
            if (connected.isCancelled()) {
                socket.abort();
            }
        });
        return connected;
    }

    private StreamFlows streams() {
        return Objects.requireNonNull(streams, "the proxy is there, and so are streams");
    }

    /**
     * Sockets for libraries that take a factory; each is a stream as of {@link #connect(InetSocketAddress, FlowOptions)}.
     *
     * <p>Names given to it are resolved by the exit alone; an {@link java.net.InetAddress} that a library has looked up by
     * itself has been seen by the local resolver, which nothing here can undo.
     *
     * @param options number of hops and isolation key
     * @return a factory; its sockets cannot connect before {@link #start()} has completed
     */
    public SocketFactory socketFactory(FlowOptions options) {
        return new TunnelSocketFactory(this, Objects.requireNonNull(options));
    }

    /**
     * The SOCKS5 proxy in the form that Java's own classes take.
     *
     * <p>With {@code new Socket(client.proxy())}, connect to {@link InetSocketAddress#createUnresolved unresolved} addresses for
     * names: others are looked up by Java before the proxy hears of them. If the proxy asks for a user name, Java takes it
     * from the {@link java.net.Authenticator}.
     *
     * @return the proxy
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public Proxy proxy() {
        return new Proxy(Proxy.Type.SOCKS, socks5().address());
    }

    /**
     * Asks a server for one answer by plain HTTP, within 30 seconds. The same as {@link #http(URI, Duration)}.
     *
     * @param uri what to GET
     * @return completes with the answer, or fails as there
     * @throws IllegalArgumentException as there
     * @throws TunnelException as there
     */
    public CompletableFuture<HttpReply> http(URI uri) {
        return http(uri, HTTP_LIMIT);
    }

    /**
     * Asks a server for one answer by plain HTTP, through an exit that performs such exchanges (PROTOCOL.md §13, D9).
     *
     * <p>Exits pass on answers whose body is bencoded, as trackers' are, and redirections by status 307, which are not
     * followed here. The request is a GET with the headers Host, User-Agent (the same for everybody) and Connection; a
     * host name is looked up by the exit alone. The exit sees request and answer. An exchange that is not answered within
     * 5 s is repeated through another circuit, and another exit if one is known, up to five times (D5); a server may so
     * see the request more than once. At most 64 exchanges run at a time, and an answer has at most 262,144 bytes, of
     * which most exits pass 65,535.
     *
     * @param uri what to GET: {@code http}, with a host, and short enough that the request has at most 1,600 bytes
     * @param limit when to give up at the latest; longer than zero, and an hour at most is waited
     * @return completes with the answer, whatever its status, on a thread of the common pool; fails with a {@link
     *     TunnelException} of kind NO_HTTP_EXIT if no exit is known that performs exchanges, NO_CIRCUIT if no circuit to
     *     one came up in time, HTTP_UNANSWERED if no complete answer came back, HTTP_REPLY_REFUSED if what came back is
     *     no HTTP or beyond the limits, TOO_MANY_EXCHANGES at once if too many are running, or CLOSED if the client is
     *     closed meanwhile. Cancelling it ends the exchange
     * @throws IllegalArgumentException if the URI is of another scheme, without a host, with a user, or too long, or the
     *     limit is not positive
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public CompletableFuture<HttpReply> http(URI uri, Duration limit) {
        return http(uri, limit, FlowOptions.standard());
    }

    /**
     * As {@link #http(URI, Duration)}, over circuits that carry nothing of another isolation key.
     *
     * @param uri what to GET
     * @param limit when to give up at the latest
     * @param options the isolation key; the number of hops is the client's, whatever they say
     * @return completes with the answer, or fails as there
     * @throws IllegalArgumentException as there
     * @throws TunnelException as there
     */
    public CompletableFuture<HttpReply> http(URI uri, Duration limit, FlowOptions options) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("an exchange needs some time");
        }
        HttpQuestion question = HttpQuestion.get(uri);
        requireRunning();
        Duration most = limit.compareTo(LONGEST_HTTP) > 0 ? LONGEST_HTTP : limit;
        return new HttpCall(
                        driver,
                        troubles,
                        exchanges,
                        question,
                        most,
                        options.isolationKey().orElse(null))
                .start();
    }

    /**
     * Has traffic go directly where there is no circuit, since the user consents to it (FR-022): peers, trackers, servers and
     * the system's resolver then see this machine's own address, and with it what it asks for. Off unless this is called, and off
     * again when the lease ends; nothing of it is ever written to a file.
     *
     * <p>While the lease holds, and only while a flow has no circuit: its datagrams leave at once by a socket of their own, a
     * stream or an HTTP exchange that has waited for a circuit for 3 s becomes a TCP connection, and names are looked up by the
     * system's resolver. Datagrams and new streams take a circuit as soon as one is there; a stream stays what it has begun as.
     * What is multicast, broadcast, unspecified or reserved is not sent to. Events, {@link TunnelStatus#direct()} and, each
     * minute, the log say that the lease holds; an application must show it to its user as well.
     *
     * @param consent what the user has agreed to, asked in this session
     * @return the lease, in force; to be revoked when the user changes his mind
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, TOO_MANY_LEASES if 16 hold already, CLOSED
     *     if the client is closed
     */
    public DirectLease directConnections(DirectConsent consent) {
        Objects.requireNonNull(consent);
        requireRunning();
        try {
            return driver.ask(() -> leases.grant(consent)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof TunnelException told ? told : closed();
        }
    }

    /**
     * How the client is doing. May be called from any thread, also from callbacks; waits for the engine's thread for a
     * moment.
     *
     * @return a snapshot; after closing, the last one
     */
    public TunnelStatus status() {
        if (lastStatus == null) {
            try {
                return driver.ask(this::snapshot).join();
            } catch (CompletionException e) {
                log.debug("the client was closed in the middle of a question", LogDetail.of(e));
            }
        }
        // Written before the loop ended, and the loop has ended.
        return Objects.requireNonNull(lastStatus);
    }

    /**
     * What has passed under an isolation key, or a user name of the proxy. May be called from any thread, also from callbacks;
     * waits for the engine's thread for a moment.
     *
     * @param isolationKey the key
     * @return the figures since it came into use; empty if nothing uses it now, if it is one of more than 32 keys in use at a
     *     time, or before the start and after closing
     */
    public Optional<KeyFigures> figures(String isolationKey) {
        Objects.requireNonNull(isolationKey);
        try {
            return driver.ask(() -> driver.hasEngine()
                            ? driver.engine().counters().keys().passed(isolationKey)
                            : Optional.<KeyTraffic.Passed>empty())
                    .join()
                    .map(passed -> new KeyFigures(
                            passed.packetsSent(),
                            passed.bytesSent(),
                            passed.packetsReceived(),
                            passed.bytesReceived()));
        } catch (CompletionException e) {
            log.debug("the client was closed before a question", LogDetail.of(e));
            return Optional.empty();
        }
    }

    private TunnelStatus snapshot() {
        TunnelStatus last = lastStatus;
        if (last != null) {
            return last;
        }
        return driver.hasEngine()
                ? StatusReport.of(driver, life.state(), troubles.now(), socks5, callbacks, leases)
                : StatusReport.withoutEngine(
                        driver,
                        life.state(),
                        TroubleReport.notStarted(
                                life.state() == TunnelStatus.State.NEW
                                        ? "the client has not been started"
                                        : "the port is being bound"));
    }

    /**
     * Under which number the meters of {@link TunnelClientBuilder#metrics} count an isolation key's traffic: the value of
     * their tag {@code key}. It holds as long as the key is in use, by a flow, a stream or an exchange, and is another key's
     * afterwards. Waits for the engine's thread for a moment.
     *
     * @param isolationKey the key
     * @return "1" to "32"; empty while the key is not in use, or is one of more than 32 and counted under "other"
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED if the client is closed
     */
    public Optional<String> isolationNumber(String isolationKey) {
        Objects.requireNonNull(isolationKey);
        requireRunning();
        try {
            return driver.ask(() -> driver.counters().keys().labelOf(isolationKey))
                    .join()
                    .map(String::valueOf);
        } catch (CompletionException e) {
            throw closed();
        }
    }

    /**
     * Who is known. May be called from any thread, also from callbacks; waits for the engine's thread for a moment.
     *
     * @return a snapshot of the peer table, which holds 500 at most; empty before {@link #start()} and after closing
     */
    public List<PeerStatus> peers() {
        try {
            return driver.ask(() -> driver.hasEngine() ? StatusReport.peersOf(driver) : List.<PeerStatus>of())
                    .join();
        } catch (CompletionException e) {
            log.debug("nobody is known to a client that was closed", e);
            return List.of();
        }
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
     * Closes the client: circuits end with destroys, the proxy and all sockets close, the client's threads end. Returns
     * when it is done, from every thread that calls it; repeated calls do no more. May be called at any time, also by a
     * callback.
     */
    @Override
    public void close() {
        onLoop(() -> end(closed()));
        driver.closeAndWait();
        leases.outside().awaitEnd();
        callbacks.close();
        metering.close();
    }

    /** Ends the client for a reason, which is what all futures fail with from now on. Loop thread only. */
    private void end(TunnelException why) {
        if (life.isClosed()) {
            return;
        }
        life.closes();
        TunnelTrouble trouble = why.trouble().orElseGet(TroubleReport::closed);
        leases.close();
        lastStatus = driver.hasEngine()
                ? StatusReport.of(driver, life.state(), Optional.of(trouble), socks5, callbacks, leases)
                : StatusReport.withoutEngine(driver, life.state(), trouble);
        if (socks5 != null) {
            socks5.close();
        }
        if (streams != null) {
            streams.close();
        }
        life.ended(why);
        // Those who wait for room hear it once nothing more can come to wait.
        var unused = driver.close().thenRun(() -> flows.forEach(DatagramFlow::tellSenders));
    }

    private void onLoop(Runnable task) {
        try {
            driver.loop().execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the client has ended already");
        }
    }

    private void tell(TunnelEvent event) {
        callbacks.execute(() -> {
            eventLog.write(event);
            onEvent.accept(event);
        });
    }

    private final class Parts implements ClientEvents.Parts {
        @Override
        public EngineDriver driver() {
            return driver;
        }

        @Override
        public TroubleReport troubles() {
            return troubles;
        }

        @Override
        public Timings timings() {
            return metering.timings();
        }

        @Override
        public void circuitReady() {
            if (streams != null) {
                streams.circuitReady();
            }
        }
    }
}
