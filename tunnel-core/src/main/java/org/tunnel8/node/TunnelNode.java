package org.tunnel8.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.BootstrapStatus;
import org.tunnel8.EventLog;
import org.tunnel8.NatStatus;
import org.tunnel8.PeerStatus;
import org.tunnel8.Traffic;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelException;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.DriverSettings;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.LocalAddresses;
import org.tunnel8.driver.MemorySettings;
import org.tunnel8.driver.QuotaAccount;
import org.tunnel8.driver.QuotaSettings;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.Timings;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.meters.Metering;
import org.tunnel8.meters.Sources;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.relay.JoinLimits;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.transport.BindFailedException;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A node that serves others as relay, exit or bootstrap server, on a real UDP port.
 *
 * <p>Thread-safe.
 */
public final class TunnelNode implements AutoCloseable {
    private final EngineDriver driver;
    private final CallbackThread callbacks;
    private final Metering metering;
    private final byte[] publicKey;
    private final int flags;
    private final boolean ownExitAddress;
    private final Consumer<TunnelEvent> onEvent;
    /** Callback thread only. */
    private final EventLog eventLog = new EventLog(TunnelNode.class, System::nanoTime);

    private @Nullable CompletableFuture<Void> started;

    TunnelNode(TunnelNodeBuilder builder, IdentityKey identity) {
        int bits = 0;
        for (NodeRole role : builder.roles) {
            bits |= role.flag();
        }
        PeerFlags announced = new PeerFlags(bits);
        CommunityId community = CommunityId.parse(builder.network.communityId());
        this.ownExitAddress = builder.exitBindAddress != null;
        InetAddress exitAddress = builder.exitBindAddress == null ? builder.bindAddress : builder.exitBindAddress;
        boolean bootstrapServer = builder.roles.contains(NodeRole.BOOTSTRAP);
        RelaySettings relay = new RelaySettings(
                        announced,
                        builder.maxJoinedCircuits,
                        builder.createsPerSecond,
                        RelaySettings.DEFAULT_IDLE_LIMIT,
                        RelaySettings.DEFAULT_AGE_LIMIT,
                        RelaySettings.DEFAULT_EXTEND_WINDOW,
                        RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES)
                .withJoining(builder.joining.apply(JoinLimits.of(builder.maxJoinedCircuits, builder.createsPerSecond)))
                .withTraffic(builder.traffic);
        DriverSettings settings = new DriverSettings(
                builder.name,
                builder.bindAddress,
                builder.ports,
                exitAddress,
                identity,
                builder.layerCipher,
                community,
                local -> DiscoverySettings.builder(community, local)
                        .interfaces(LocalAddresses.all())
                        .member(!announced.equals(PeerFlags.NONE))
                        .bootstrapServer(bootstrapServer)
                        .flags(announced)
                        .bootstrap(builder.network.bootstrap().stream()
                                .map(Endpoints::toAddress)
                                .toList())
                        .build(),
                relay,
                new TargetRules(builder.exitAllowed, builder.exitPorts, builder.exitDenied),
                null,
                builder.memory == null
                        ? null
                        : new MemorySettings(
                                builder.memory,
                                builder.memoryAge,
                                trouble -> tell(new TunnelEvent.MemoryTrouble(trouble))),
                builder.quotaFile == null
                        ? null
                        : new QuotaSettings(
                                builder.quotaBytes,
                                builder.quotaFile,
                                trouble -> tell(new TunnelEvent.QuotaTrouble(trouble))));
        this.publicKey = identity.publicKey().toBytes();
        this.flags = bits;
        this.callbacks = new CallbackThread(builder.name + "-callbacks");
        this.onEvent = builder.onEvent;
        this.driver = new EngineDriver(settings, new PeerEvents(), this::onTransportEvent);
        this.metering = Metering.orClosed(
                () -> builder.metering.make(new Sources(builder.name, driver, callbacks, null)), driver);
    }

    private void onTransportEvent(TransportEvent event) {
        if (event instanceof TransportEvent.SendFailing failing) {
            tell(new TunnelEvent.SendFailing(failing.failure().name(), failing.datagrams()));
        } else if (event instanceof TransportEvent.PortLost) {
            tell(new TunnelEvent.PortLost());
        }
    }

    private void tell(TunnelEvent event) {
        callbacks.execute(() -> {
            eventLog.write(event);
            onEvent.accept(event);
        });
    }

    private final class PeerEvents implements EngineListener {
        @Override
        public Timings timings() {
            return metering.timings();
        }

        @Override
        public void onPeers(int peers) {
            tell(new TunnelEvent.PeersChanged(peers));
        }

        @Override
        public void onDegraded() {
            tell(new TunnelEvent.Degraded(driver.engine().discoveryStatus().whyDegraded()));
        }

        @Override
        public void onRecovered(long afterNanos) {
            tell(new TunnelEvent.Recovered(Duration.ofNanos(afterNanos)));
        }

        @Override
        public void onQuotaUsedUp() {
            QuotaAccount account = driver.quotaAccount();
            if (account != null) {
                tell(new TunnelEvent.QuotaUsedUp(account.bytesPerMonth(), account.renewal()));
            }
        }

        @Override
        public void onQuotaRenewed() {
            QuotaAccount account = driver.quotaAccount();
            if (account != null) {
                tell(new TunnelEvent.QuotaRenewed(account.bytesPerMonth()));
            }
        }

        @Override
        public void onNatType(NatType type, NatEvidence evidence) {
            tell(new TunnelEvent.NatChanged(natOf(driver.engine().discoveryStatus())));
        }

        @Override
        public void onPuncturesFailing(boolean failing, NatEvidence evidence) {
            NatStatus nat = natOf(driver.engine().discoveryStatus());
            tell(failing ? new TunnelEvent.PuncturesFailing(nat) : new TunnelEvent.PuncturesRecovered(nat));
        }
    }

    /**
     * Begins to describe a node.
     *
     * @return a builder with every setting at its default
     */
    public static TunnelNodeBuilder builder() {
        return new TunnelNodeBuilder();
    }

    /**
     * Binds the node's port and starts to serve. Repeated calls start nothing more and end as the first.
     *
     * @return completes when the port is bound, on a thread of the common pool; fails with a {@link TunnelException} of
     *     kind PORT_UNAVAILABLE if it cannot be, or if no socket can be opened at the address of {@link
     *     TunnelNodeBuilder#exitBind}, which ends the node, or of kind CLOSED if the node is closed
     */
    public synchronized CompletableFuture<Void> start() {
        CompletableFuture<Void> running = started;
        if (running == null) {
            running = outsideOpens().thenCompose(opened -> driver.start()).handleAsync((bound, failure) -> {
                if (failure != null) {
                    var unused = driver.close();
                    throw startFailed(failure);
                }
                var unused = driver.ask(this::tellTables);
                return null;
            });
            started = running;
        }
        return running.copy();
    }

    /** Whoever names an address for the exit hears at once that it is none, not only by what does not come back. */
    private CompletableFuture<Void> outsideOpens() {
        return ownExitAddress
                ? driver.tryOutside().exceptionally(TunnelNode::outsideFailed)
                : CompletableFuture.completedFuture(null);
    }

    private static Void outsideFailed(Throwable failure) {
        @Nullable Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        String why = cause == null ? "none can be opened" : String.valueOf(cause.getMessage());
        String what = "the exit's sockets to the outside: " + why;
        throw new TunnelException(TunnelException.Kind.PORT_UNAVAILABLE, what, cause);
    }

    private boolean tellTables() {
        metering.started(driver.engine().tables());
        return true;
    }

    private static TunnelException startFailed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof TunnelException told) {
            return told;
        }
        if (cause instanceof BindFailedException unbound) {
            String what = String.valueOf(unbound.getMessage());
            return new TunnelException(TunnelException.Kind.PORT_UNAVAILABLE, what, unbound);
        }
        // That it was closed is all there is to tell: what stands behind it is how the driver noticed.
        @Nullable Throwable behind = cause instanceof IllegalStateException ? null : cause;
        return new TunnelException(TunnelException.Kind.CLOSED, "the node is closed; build a new one", behind);
    }

    /**
     * The address that the node's port is bound to, once {@link #start()} has completed.
     *
     * @return resolved address; after closing, the one it was
     * @throws TunnelException of kind NOT_STARTED before
     */
    public InetSocketAddress address() {
        try {
            return driver.localAddress();
        } catch (IllegalStateException e) {
            throw notStarted(e);
        }
    }

    private static TunnelException notStarted(@Nullable Throwable cause) {
        String what = "the node is not running yet: call start() and wait for its future first";
        return new TunnelException(TunnelException.Kind.NOT_STARTED, what, cause);
    }

    /**
     * The node's public key.
     *
     * @return 74 bytes, a new array
     */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /**
     * The roles that the node announces.
     *
     * @return flags of PROTOCOL.md §5, or'd
     */
    public int flags() {
        return flags;
    }

    /**
     * The addresses from which this node's exit has sent to the outside.
     *
     * @return a new set, oldest first, of the last few thousand; empty if it never has
     */
    public Set<InetSocketAddress> outsideAddresses() {
        return driver.outsideAddresses();
    }

    /**
     * How the node is doing. Waits for the node's thread for a moment.
     *
     * @return a snapshot
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED once the node is closed
     */
    public NodeStatus status() {
        return asked(this::snapshot);
    }

    private <T> T asked(Supplier<T> question) {
        try {
            return driver.ask(question).join();
        } catch (CompletionException e) {
            if (driver.isClosing()) {
                throw new TunnelException(TunnelException.Kind.CLOSED, "the node is closed", e.getCause());
            }
            throw notStarted(e.getCause());
        }
    }

    /**
     * Who is known. Waits for the node's thread for a moment.
     *
     * @return a snapshot of the peer table, which holds 500 at most
     * @throws TunnelException of kind NOT_STARTED before {@link #start()} has completed, CLOSED once the node is closed
     */
    public List<PeerStatus> peers() {
        return asked(this::peerSnapshot);
    }

    private List<PeerStatus> peerSnapshot() {
        return PeerStatus.all(driver.engine().peers(), driver.nowNanos());
    }

    private NodeStatus snapshot() {
        TunnelEngine engine = driver.engine();
        Map<String, Long> drops = new TreeMap<>();
        engine.counters().drops().forEach((reason, count) -> drops.put(reason.name(), count));
        if (callbacks.lost() > 0) {
            drops.put("CALLBACKS_TOO_SLOW", callbacks.lost());
        }
        return new NodeStatus(
                engine.peers().confirmedCount(),
                engine.relay().joinedCircuits(),
                engine.relay().relayedCircuits(),
                engine.exit().sockets(),
                driver.cipherName(),
                Traffic.of(engine.counters()),
                drops,
                driver.portCounters(),
                driver.outsideCounters(),
                of(engine.discoveryStatus()),
                natOf(engine.discoveryStatus()),
                lendingOf(engine.othersTraffic()));
    }

    private LendingStatus lendingOf(TrafficShaper traffic) {
        long rate = traffic.bytesPerSecond();
        return new LendingStatus(
                rate == TrafficLimits.UNLIMITED ? 0 : rate,
                traffic.carriedBytes(),
                traffic.heldBytes(),
                Optional.ofNullable(driver.quotaAccount())
                        .map(account -> new LendingStatus.Quota(
                                account.bytesPerMonth(), account.usedBytes(), traffic.isUsedUp(), account.renewal())));
    }

    private static NatStatus natOf(DiscoveryStatus status) {
        NatEvidence evidence = status.natEvidence();
        return new NatStatus(
                NatStatus.Type.valueOf(status.natType().name()),
                evidence.voters(),
                evidence.agreeing(),
                evidence.ports(),
                evidence.punctures(),
                evidence.failedPunctures(),
                status.puncturesFailing());
    }

    private static BootstrapStatus of(DiscoveryStatus status) {
        return new BootstrapStatus(
                BootstrapStatus.State.valueOf(status.bootstrap().name()),
                status.bootstrapServers(),
                status.bootstrapAnswering(),
                status.remembered(),
                status.rememberedTried(),
                status.rememberedFound(),
                status.degraded());
    }

    /**
     * Processor time of the node's thread, for measurements.
     *
     * @return time since the node was made
     */
    public Duration cpuTime() {
        return Duration.ofNanos(driver.loop().cpuNanos());
    }

    /**
     * Ends every circuit with destroys, closes all sockets and ends the node's threads. Returns when it is done, from
     * every thread that calls it; repeated calls do no more. May be called at any time, also by a callback.
     */
    @Override
    public void close() {
        driver.closeAndWait();
        callbacks.close();
        metering.close();
    }
}
