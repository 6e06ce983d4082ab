package org.tunnel8.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.cell.DestroyGate;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.exit.ExitService;
import org.tunnel8.exit.ExitSettings;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.policy.TargetPolicy;
import org.tunnel8.relay.RelayService;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.stream.HttpExchanges;
import org.tunnel8.stream.StreamMemory;
import org.tunnel8.stream.UtpEndpoint;
import org.tunnel8.stream.UtpOutput;
import org.tunnel8.stream.UtpSettings;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Discovery;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.walk.RememberedPeer;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * The whole protocol of one node, without a socket, a clock, a thread or a random source of its own.
 *
 * <p>A driver tells it the time with everything it hands in, runs it when {@link #nextDeadlineNanos()} is due, and does
 * what it asks for through {@link Effects}. Whatever bytes arrive, nothing is thrown; what is dropped is counted (D13).
 * One thread at a time; the driver's thread in production.
 */
public final class TunnelEngine {
    /** What has deadlines, and how many each: for when it ends, and for what it does next. */
    private static final Map<String, Integer> DEADLINES_OF = Map.of(
            "peers",
            1,
            "exchanges",
            2,
            "exchanges of the discovery overlay",
            2,
            "own circuits",
            3,
            "pending extends",
            1,
            "HTTP exchanges",
            1,
            "own HTTP exchanges",
            2);
    /** Deadlines that are there however little goes on: sweeps, steps, rounds. */
    private static final int STANDING_DEADLINES = 26;

    private final EngineSettings settings;
    private final RandomGenerator random;
    private final EngineListener listener;
    private final CommunityId community;
    private final IdentityKey identity;
    private final Deadlines deadlines;
    private final Counters counters = new Counters();
    private final PeerTable peers;
    private final Discovery discovery;
    private final CircuitTable table = new CircuitTable();
    private final CellRouter router;
    private final DestroyGate destroys;
    private final TrafficShaper shaper;
    private final RelayService relay;
    private final ExitService exit;
    private final @Nullable OwnCircuits ownCircuits;
    private boolean toldUsedUp;

    /**
     * Makes an engine that waits to be started.
     *
     * @param settings what it is to be
     * @param identity its key
     * @param cipher the layer cipher for its thread
     * @param random where ids, keys and choices come from; cryptographically strong in production
     * @param nowNanos the time
     * @param effects what it acts through
     * @param listener hears what happens
     */
    public TunnelEngine(
            EngineSettings settings,
            IdentityKey identity,
            LayerCipher cipher,
            RandomGenerator random,
            long nowNanos,
            Effects effects,
            EngineListener listener) {
        this.settings = settings;
        this.random = random;
        this.listener = listener;
        this.community = settings.community();
        this.identity = identity;
        this.deadlines = new Deadlines(nowNanos);
        DatagramSink sink = (to, buffer, offset, length) -> {
            counters.packet(Kind.PACKETS_SENT, Kind.BYTES_SENT, length);
            counters.packets().sent(length);
            effects.send(to, buffer, offset, length);
        };
        this.peers = new PeerTable(PeerTable.DEFAULT_CAPACITY, deadlines);
        this.discovery = new Discovery(
                settings.discovery(),
                identity,
                peers,
                deadlines,
                random,
                sink,
                counters,
                new DiscoveryEvents(effects, listener));
        this.shaper = new TrafficShaper(settings.relay().traffic(), new Line(sink, effects), deadlines, counters);
        shaper.onUsedUp(this::quotaUsedUp);
        CellSender cells = new CellSender(community, sink, shaper);
        this.exit = new ExitService(
                new ExitSettings(settings.relay().flags(), community, settings.targets()),
                effects,
                effects,
                shaper,
                deadlines,
                counters);
        TargetPolicy extendTargets = new TargetPolicy(
                List.of(settings.ownAddress()), settings.targets().onAllPorts());
        this.relay = new RelayService(
                settings.relay(),
                identity,
                table,
                cells,
                sink,
                cipher,
                peers,
                deadlines,
                random,
                counters,
                exit,
                target -> extendTargets.allows(target) && !discovery.isOwnAddress(target));
        this.router = new CellRouter(table, counters, relay);
        this.destroys = new DestroyGate(router, deadlines, counters, mostCircuitIds());
        CircuitSettings wanted = settings.circuits();
        this.ownCircuits = wanted == null
                ? null
                : new OwnCircuits(
                        events -> new CircuitPool(
                                wanted, identity, table, cells, sink, cipher, peers, deadlines, random, counters,
                                events),
                        discovery,
                        deadlines,
                        random,
                        counters,
                        listener);
        peers.addListener(new PeerEvents(listener));
    }

    /** Where others' traffic leaves. */
    private record Line(DatagramSink port, Effects effects) implements Outlet {
        @Override
        public boolean hasRoom() {
            return effects.hasRoom();
        }

        @Override
        public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            port.send(to, buffer, offset, length);
        }

        @Override
        public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
            effects.send(socket, to, buffer, offset, length);
        }
    }

    private final class PeerEvents implements PeerTable.Listener {
        private final EngineListener listener;

        PeerEvents(EngineListener listener) {
            this.listener = listener;
        }

        @Override
        public void peerAdded(Peer peer) {
            if (peer.isConfirmed()) {
                peerConfirmed(peer);
            }
        }

        @Override
        public void peerConfirmed(Peer peer) {
            if (ownCircuits != null) {
                ownCircuits.pool().peersChanged();
            }
            listener.onPeers(peers.confirmedCount());
        }

        @Override
        public void peerRemoved(Peer peer, RemovalReason reason) {
            if (peer.isConfirmed()) {
                listener.onPeers(peers.confirmedCount());
            }
        }
    }

    /**
     * Sets the engine going: it contacts bootstrap servers, walks, and builds circuits if it keeps any.
     *
     * @param nowNanos the time
     */
    public void start(long nowNanos) {
        deadlines.advance(nowNanos);
        discovery.start();
        relay.start();
        if (ownCircuits != null) {
            ownCircuits.start();
        }
    }

    /**
     * Ends every circuit, own and others', with destroys.
     *
     * @param nowNanos the time
     */
    public void stop(long nowNanos) {
        deadlines.advance(nowNanos);
        if (ownCircuits != null) {
            ownCircuits.stop();
        }
        relay.stop();
        discovery.stop();
    }

    /**
     * Takes a datagram that came to the engine's own port.
     *
     * @param nowNanos the time
     * @param from who sent it, as the socket says; resolved
     * @param buffer holds it with room in front and behind ({@code Headroom}); may be overwritten, is not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        deadlines.advance(nowNanos);
        counters.packet(Kind.PACKETS_RECEIVED, Kind.BYTES_RECEIVED, length);
        dispatch(from, buffer, offset, length);
        counters.packets().received(length);
    }

    private void dispatch(InetSocketAddress from, byte[] buffer, int offset, int length) {
        boolean isOurs = length > CommunityId.PREFIX_BYTES && community.matchesPrefix(buffer, offset, length);
        if (isOurs) {
            int messageId = buffer[offset + CommunityId.PREFIX_BYTES] & 0xff;
            if (messageId == CellMessageId.CELL) {
                router.onCell(from, buffer, offset, length);
                return;
            }
            if (messageId == CellMessageId.DESTROY) {
                destroys.onDatagram(buffer, offset, length);
                return;
            }
        }
        if (!discovery.onDatagram(from, buffer, offset, length)) {
            counters.dropped(isOurs ? DropReason.UNKNOWN_MESSAGE : DropReason.UNKNOWN_PREFIX);
        }
    }

    /**
     * Takes a datagram that came to an outside socket.
     *
     * @param nowNanos the time
     * @param socket the socket's number
     * @param from who sent it
     * @param buffer holds it with room in front and behind ({@code Headroom}); overwritten, not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void onOutsideDatagram(
            long nowNanos, long socket, InetSocketAddress from, byte[] buffer, int offset, int length) {
        deadlines.advance(nowNanos);
        exit.onOutsideDatagram(socket, from, buffer, offset, length);
    }

    /**
     * Learns that an outside socket is open.
     *
     * @param nowNanos the time
     * @param socket the socket's number
     * @param local its own address
     */
    public void onSocketOpened(long nowNanos, long socket, InetSocketAddress local) {
        deadlines.advance(nowNanos);
        exit.onSocketOpened(socket, local);
    }

    /**
     * Learns that an outside socket could not be opened.
     *
     * @param nowNanos the time
     * @param socket the socket's number
     */
    public void onSocketFailed(long nowNanos, long socket) {
        deadlines.advance(nowNanos);
        exit.onSocketFailed(socket);
    }

    /**
     * Takes bytes that an HTTP server has answered to an exit.
     *
     * @param nowNanos the time
     * @param connection the connection's number
     * @param buffer holds them; not kept
     * @param offset where they start
     * @param length how many there are
     */
    public void onReplyBytes(long nowNanos, long connection, byte[] buffer, int offset, int length) {
        deadlines.advance(nowNanos);
        exit.http().onReplyBytes(connection, buffer, offset, length);
    }

    /**
     * Learns that an exit's connection to an HTTP server was closed by that, or could not be opened.
     *
     * @param nowNanos the time
     * @param connection the connection's number
     */
    public void onConnectionEnded(long nowNanos, long connection) {
        deadlines.advance(nowNanos);
        exit.http().onConnectionEnded(connection);
    }

    /**
     * Learns the addresses of a name that data is to be sent to.
     *
     * @param nowNanos the time
     * @param host the name
     * @param addresses its addresses; empty if it has none
     */
    public void onResolved(long nowNanos, String host, List<InetAddress> addresses) {
        deadlines.advance(nowNanos);
        exit.onResolved(host, addresses);
    }

    /**
     * Learns the addresses of a bootstrap server.
     *
     * @param nowNanos the time
     * @param host its name
     * @param addresses its addresses; empty if it has none
     */
    public void onBootstrapResolved(long nowNanos, String host, List<InetAddress> addresses) {
        deadlines.advance(nowNanos);
        discovery.onResolved(host, addresses);
    }

    /**
     * Does what is due.
     *
     * @param nowNanos the time
     */
    public void onDeadline(long nowNanos) {
        deadlines.advance(nowNanos);
        deadlines.runDue();
    }

    /**
     * Learns that datagrams could not be sent over the engine's own port, for a lasting reason.
     *
     * @param nowNanos the time
     * @param datagrams how many
     */
    public void onSendFailing(long nowNanos, long datagrams) {
        deadlines.advance(nowNanos);
        if (ownCircuits != null) {
            ownCircuits.troubles().sendFailing(datagrams);
        }
    }

    /**
     * Learns that the system has taken the engine's own port away.
     *
     * @param nowNanos the time
     */
    public void onPortLost(long nowNanos) {
        deadlines.advance(nowNanos);
        if (ownCircuits != null) {
            ownCircuits.troubles().portLost();
        }
    }

    /**
     * Why no own circuit can be used, or nothing be sent.
     *
     * @return null if nothing stands in the way, or the engine has not been started; engine thread only
     * @throws IllegalStateException if this engine keeps no circuits of its own
     */
    public @Nullable Trouble trouble() {
        return client().troubles().trouble();
    }

    /**
     * Sets what may be carried for others from now on, in and out together: a quota, or what is left of one. When it is
     * used up, others' circuits end, no role is announced any more, and {@link EngineListener#onQuotaUsedUp} is called;
     * with a new quota the roles are announced again. Without a call there is no quota.
     *
     * @param nowNanos the time
     * @param bytes how much; 0 for nothing
     */
    public void quota(long nowNanos, long bytes) {
        deadlines.advance(nowNanos);
        shaper.quota(bytes);
        discovery.announce(shaper.isUsedUp() ? PeerFlags.NONE : settings.relay().flags());
        if (toldUsedUp && !shaper.isUsedUp()) {
            toldUsedUp = false;
            listener.onQuotaRenewed();
        }
    }

    private void quotaUsedUp() {
        discovery.announce(PeerFlags.NONE);
        relay.destroyAll(Destroy.REASON_SHUTDOWN);
        toldUsedUp = true;
        listener.onQuotaUsedUp();
    }

    /**
     * What passes for others.
     *
     * @return the same object each time; engine thread only
     */
    public TrafficShaper othersTraffic() {
        return shaper;
    }

    /**
     * When {@link #onDeadline} is to be called next.
     *
     * @return nanoseconds on the engine's clock; {@link Long#MAX_VALUE} if nothing is pending
     */
    public long nextDeadlineNanos() {
        return deadlines.nextNanos();
    }

    /**
     * Tells the time before flows are used.
     *
     * @param nowNanos the time
     */
    public void advance(long nowNanos) {
        deadlines.advance(nowNanos);
    }

    /**
     * Makes an endpoint for streams of bytes over one flow of datagrams, to be given what comes back over that.
     *
     * @param output sends over the flow
     * @param settings limits and waiting times
     * @param memory where its buffers come from
     * @return an endpoint without streams, on this engine's time
     */
    public UtpEndpoint newStreams(UtpOutput output, UtpSettings settings, StreamMemory memory) {
        return new UtpEndpoint(output, settings, memory, deadlines, random, counters);
    }

    /**
     * Begins a datagram flow of the application.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @return the flow, over circuits of the usual number of hops
     * @throws IllegalStateException if this engine keeps no circuits of its own
     */
    public FlowTable.Flow openFlow(FlowTable.Receiver receiver, @Nullable String isolationKey) {
        return client().flows().open(receiver, isolationKey);
    }

    /**
     * Begins a datagram flow of the application over circuits of some number of hops.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @param hops 1 to 3
     * @return the flow
     * @throws IllegalStateException if this engine keeps no circuits of its own
     */
    public FlowTable.Flow openFlow(FlowTable.Receiver receiver, @Nullable String isolationKey, int hops) {
        return client().flows().open(receiver, isolationKey, hops);
    }

    private OwnCircuits client() {
        if (ownCircuits == null) {
            throw new IllegalStateException("this node keeps no circuits of its own");
        }
        return ownCircuits;
    }

    /**
     * The application's HTTP exchanges.
     *
     * @return the table; engine thread only
     * @throws IllegalStateException if this engine keeps no circuits of its own
     */
    public HttpExchanges exchanges() {
        return client().exchanges();
    }

    /**
     * What the engine has counted; any thread may read it.
     *
     * @return the same object each time
     */
    public Counters counters() {
        return counters;
    }

    /**
     * Who is known.
     *
     * @return the table; engine thread only
     */
    public PeerTable peers() {
        return peers;
    }

    /**
     * How getting known goes.
     *
     * @return a snapshot; engine thread only
     */
    public DiscoveryStatus discoveryStatus() {
        return discovery.status();
    }

    /**
     * The peers worth asking first at the next start, as {@link Discovery#memory()} chooses them; also after {@link
     * #stop}.
     *
     * @return a new list, the best first; engine thread only
     */
    public List<RememberedPeer> memory() {
        return discovery.memory();
    }

    /**
     * The own circuits.
     *
     * @return the pool, engine thread only; null if this engine keeps none
     */
    public @Nullable CircuitPool circuits() {
        return ownCircuits == null ? null : ownCircuits.pool();
    }

    /**
     * Others' circuits.
     *
     * @return the service; engine thread only
     */
    public RelayService relay() {
        return relay;
    }

    /**
     * The way to the outside for others.
     *
     * @return the service; engine thread only
     */
    public ExitService exit() {
        return exit;
    }

    /**
     * How full every table is that strangers, or time, can fill; {@code docs/limits.md} lists them.
     *
     * @return a new list; engine thread only
     */
    public List<TableSize> tables() {
        int others = settings.relay().maxJoinedCircuits();
        List<TableSize> tables = new ArrayList<>(peers.tables());
        tables.addAll(discovery.tables());
        tables.addAll(relay.tables());
        tables.addAll(exit.tables(others));
        tables.addAll(shaper.tables(others));
        if (ownCircuits != null) {
            tables.add(ownCircuits.pool().table());
            tables.addAll(ownCircuits.pool().memories());
            tables.add(ownCircuits.exchanges().table());
            tables.add(ownCircuits.flows().table());
        }
        tables.add(destroys.table());
        tables.add(new TableSize("circuit ids", table.size(), mostCircuitIds()));
        int most = STANDING_DEADLINES;
        for (TableSize size : tables) {
            most += DEADLINES_OF.getOrDefault(size.table(), 0) * size.bound();
        }
        tables.add(new TableSize("deadlines", deadlines.size(), most));
        tables.add(new TableSize("deadlines with cancelled ones", deadlines.queued(), Deadlines.mostQueued(most)));
        return tables;
    }

    /** A circuit that runs through, or waits for its created, has two ids. */
    private int mostCircuitIds() {
        CircuitSettings own = settings.circuits();
        return 2 * settings.relay().maxJoinedCircuits() + (own == null ? 0 : own.maxCircuits());
    }

    /**
     * The engine's key, as others know it.
     *
     * @return the public half
     */
    public PublicKey publicKey() {
        return identity.publicKey();
    }
}
