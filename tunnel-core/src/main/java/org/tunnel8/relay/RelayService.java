package org.tunnel8.relay;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.cell.CellKinds;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.cell.JoinedService;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.cell.TestRequest;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Lets others use this node as a hop of their circuits: joins (create), extends, relays, answers, forgets
 * (PROTOCOL.md §8, §9).
 *
 * <pre>
 * state of a circuit id      message            what happens
 * -----------------------    ---------------    -----------------------------------------------------------------
 * unused                     create             joined: created with keys and up to four random relays (D18)
 * joined                     extend             a create goes out under a new id and identifier (D5); pending
 * joined, pending            extend             supersedes the pending one, whose late created finds nothing
 * joined, pending            created (new id)   relayed: both ids pass cells on; extended goes to the owner
 * joined                     data               the service behind (exit)
 * joined                     http-request       the service behind (exit)
 * joined                     ping, test         pong, test response
 * joined, pending, relayed   destroy            forgotten; relayed: passed on to the other neighbour
 * any                        silence            joined and relayed: forgotten after the idle limit
 * </pre>
 *
 * <p>Engine thread only. What strangers can make grow is bounded: circuits by {@link RelaySettings#maxJoinedCircuits()},
 * remembered ids and work by a rate of creates; {@link Joiner} and {@link Places} share them out.
 */
public final class RelayService implements CellRouter.CreateHandler {
    /** Idle, aged and overused circuits are looked for this often (PROTOCOL.md §9). */
    static final long SWEEP_NANOS = 5_000_000_000L;
    /** Key and candidates of an answer that fit into a cell beside message id, identifier, key length and auth. */
    static final int MAX_ANSWER_BYTES = CellSender.MAX_BACKWARD_MESSAGE_BYTES - 5 - KeyAgreement.AUTH_BYTES;
    /** A circuit that runs through takes two places, as it does in the reference (PROTOCOL.md §8). */
    static final int RELAYED_PLACES = 2;

    /** Lines of the log about destroys at once; later ones once a second. */
    private static final int LOGGED_BURST = 20;

    private static final Logger log = LoggerFactory.getLogger(RelayService.class);

    private final RelaySettings settings;
    private final IdentityKey identity;
    private final CircuitTable table;
    private final CellSender cells;
    private final DatagramSink sink;
    private final LayerCipher cipher;
    private final Deadlines deadlines;
    private final Counters counters;
    private final PacketCounts packets;
    private final JoinedService exit;
    private final SpeedTest speedTest;
    private final Extender extender;
    private final Joiner joiner;
    private final RelayedCircuit.Means means;
    private final Neighbours neighbours = new Neighbours();
    /** Strangers have us send destroys. */
    private final TokenBucket logged;

    private final Set<JoinedCircuit> joined = new LinkedHashSet<>();
    private final Set<RelayedCircuit> relayed = new LinkedHashSet<>();

    /**
     * Makes the service; {@link #start()} sets its sweeps going.
     *
     * @param settings roles and limits
     * @param identity this node's key, which answers creates and signs destroys
     * @param table the circuit ids in use
     * @param cells sends cells
     * @param sink sends destroys
     * @param cipher the layer cipher of the engine's thread
     * @param peers whom candidates are taken from
     * @param deadlines the engine's time
     * @param random where ids, identifiers and ephemeral keys come from
     * @param counters where drops are counted
     * @param exit takes data at the end of a circuit
     * @param extendTargets says to which given addresses a circuit may be extended (D18)
     */
    public RelayService(
            RelaySettings settings,
            IdentityKey identity,
            CircuitTable table,
            CellSender cells,
            DatagramSink sink,
            LayerCipher cipher,
            PeerTable peers,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters,
            JoinedService exit,
            Predicate<InetSocketAddress> extendTargets) {
        this.settings = settings;
        this.identity = identity;
        this.table = table;
        this.cells = cells;
        this.sink = sink;
        this.cipher = cipher;
        this.deadlines = deadlines;
        this.logged = new TokenBucket(deadlines, 1, LOGGED_BURST);
        this.counters = counters;
        this.packets = counters.packets();
        this.exit = exit;
        this.speedTest = new SpeedTest(cells, random);
        this.extender = new Extender(
                this, settings, identity.publicKey(), table, neighbours, peers, deadlines, random, extendTargets);
        this.means = new RelayedCircuit.Means(cipher, cells, deadlines, counters, packets, this::destroyed);
        this.joiner = new Joiner(this, settings, identity, neighbours, peers, deadlines, random);
    }

    /** Starts to look for circuits to forget. */
    public void start() {
        deadlines.after(SWEEP_NANOS, this::sweep);
    }

    /** Ends every circuit with a destroy to its neighbours (reason 2, shutdown). */
    public void stop() {
        destroyAll(Destroy.REASON_SHUTDOWN);
    }

    /**
     * Ends every circuit with a destroy to its neighbours.
     *
     * @param reason the reason that they are given
     */
    public void destroyAll(int reason) {
        for (JoinedCircuit circuit : List.copyOf(joined)) {
            sendDestroy(circuit.previous(), OtherSide.PREVIOUS_HOP, reason);
            forget(circuit, false);
        }
        for (RelayedCircuit circuit : List.copyOf(relayed)) {
            sendDestroys(circuit, reason);
            forget(circuit);
        }
    }

    /**
     * How many circuits end at this node.
     *
     * @return zero or more
     */
    public int joinedCircuits() {
        return joined.size();
    }

    /**
     * How many circuits run through this node.
     *
     * @return zero or more
     */
    public int relayedCircuits() {
        return relayed.size();
    }

    @Override
    public void onCreate(InetSocketAddress from, int circuitId, byte[] buffer, int offset, int length) {
        joiner.onCreate(from, circuitId, buffer, offset, length);
    }

    /** Takes part in a circuit from now on, as its end. */
    void join(JoinedCircuit circuit) {
        table.put(circuit.previous().circuitId(), circuit);
        joined.add(circuit);
    }

    /** A cell has opened for the first time: somebody at the previous hop's address has had our created. */
    void proven(JoinedCircuit circuit) {
        joiner.places().proven(circuit.previous());
    }

    /** Places that others' circuits take. */
    int placesTaken() {
        return joined.size() + RELAYED_PLACES * relayed.size();
    }

    void onMessage(
            JoinedCircuit circuit, InetSocketAddress from, boolean relayEarly, byte[] buffer, int offset, int length) {
        packets.arrives(CellKinds.of(buffer[offset]));
        if (buffer[offset] == CellMessageId.DATA) {
            circuit.carriesData();
            exit.onData(circuit, from, buffer, offset, length);
            return;
        }
        try {
            CellMessage message = CellCodec.decode(buffer, offset, length);
            if (message instanceof Ping ping) {
                circuit.touch();
                sendBack(circuit, new Pong(ping.identifier()));
            } else if (message instanceof Extend extend) {
                if (relayEarly) {
                    extender.extend(circuit, extend);
                } else {
                    drop(DropReason.EXTEND_REFUSED);
                }
            } else if (message instanceof TestRequest request) {
                if (settings.flags().has(PeerFlags.SPEED_TEST)) {
                    circuit.touch();
                    speedTest.answer(circuit, request);
                } else {
                    drop(DropReason.ROLE_MISSING);
                }
            } else if (message instanceof HttpRequest request) {
                exit.onHttpRequest(circuit, request);
            } else {
                drop(DropReason.UNKNOWN_MESSAGE);
            }
        } catch (MalformedMessageException e) {
            drop(DropReason.MALFORMED);
        }
    }

    void onCreated(PendingExtend pending, Created created) {
        Extended extended = new Extended(
                pending.extendIdentifier, created.ephemeralKey(), created.auth(), created.sealedCandidates());
        int freeBytes =
                extended.ephemeralKey().length() + extended.sealedCandidates().length();
        if (freeBytes > MAX_ANSWER_BYTES) {
            drop(DropReason.MALFORMED);
            return;
        }
        JoinedCircuit circuit = pending.circuit;
        pending.stopTimer();
        RelayedCircuit through =
                new RelayedCircuit(means, circuit.keys(), circuit.backwardCounter(), circuit.previous(), pending.next);
        // The owner must hear of the extension under the keys of this hop alone, before cells pass through.
        sendBack(circuit, extended);
        cells.others().handOver(circuit, through);
        circuit.pending = null;
        forget(circuit, true);
        joiner.places().take(circuit.previous(), RELAYED_PLACES);
        table.put(circuit.previous().circuitId(), through.forward());
        table.put(pending.next.circuitId(), through.backward());
        relayed.add(through);
    }

    /** The previous hop has destroyed a circuit that ends here. */
    void destroyed(JoinedCircuit circuit) {
        forget(circuit, false);
    }

    private void destroyed(RelayedCircuit circuit, Link next, int reason) {
        if (reason != 0) {
            OtherSide side = next.equals(circuit.forward().to) ? OtherSide.NEXT_HOP : OtherSide.PREVIOUS_HOP;
            sendDestroy(next, side, reason);
        }
        forget(circuit);
    }

    private void sweep() {
        long now = nowNanos();
        for (JoinedCircuit circuit : List.copyOf(joined)) {
            if (now - circuit.lastUsedNanos() > settings.idleLimit().toNanos()
                    || now - circuit.createdNanos() > settings.ageLimit().toNanos()) {
                forget(circuit, false);
            } else if (circuit.bytes() > settings.trafficLimitBytes()) {
                sendDestroy(circuit.previous(), OtherSide.PREVIOUS_HOP, Destroy.REASON_UNKNOWN);
                forget(circuit, false);
            }
        }
        for (RelayedCircuit circuit : List.copyOf(relayed)) {
            if (now - circuit.lastForwardNanos() > settings.idleLimit().toNanos()) {
                forget(circuit);
            } else if (circuit.bytes() > settings.trafficLimitBytes()) {
                sendDestroys(circuit, Destroy.REASON_UNKNOWN);
                forget(circuit);
            }
        }
        joiner.expire();
        deadlines.after(SWEEP_NANOS, this::sweep);
    }

    /** Forgets that a circuit ends here; its keys and its link may go on in one that runs through. */
    private void forget(JoinedCircuit circuit, boolean goesOn) {
        if (!joined.remove(circuit)) {
            return;
        }
        if (circuit.pending != null) {
            extender.abandon(circuit.pending);
        }
        table.remove(circuit.previous().circuitId(), circuit);
        joiner.places().left(circuit.previous());
        cells.others().forget(circuit);
        exit.onPathClosed(circuit);
        circuit.close(goesOn);
        if (!goesOn) {
            neighbours.unlink(circuit.previous());
        }
    }

    private void forget(RelayedCircuit circuit) {
        if (relayed.remove(circuit)) {
            table.remove(circuit.forward().from.circuitId(), circuit.forward());
            table.remove(circuit.backward().from.circuitId(), circuit.backward());
            joiner.places().give(circuit.forward().from, RELAYED_PLACES);
            neighbours.unlink(circuit.forward().from);
            neighbours.unlink(circuit.backward().from);
            cells.others().forget(circuit);
            circuit.close();
        }
    }

    private void sendBack(JoinedCircuit circuit, CellMessage message) {
        int length = cells.encode(message);
        circuit.sendBack(cells.scratch(), Headroom.FRONT_BYTES, length);
    }

    private void sendDestroys(RelayedCircuit circuit, int reason) {
        sendDestroy(circuit.forward().from, OtherSide.PREVIOUS_HOP, reason);
        sendDestroy(circuit.forward().to, OtherSide.NEXT_HOP, reason);
    }

    void sendDestroy(Link to, OtherSide side, int reason) {
        packets.departs(MessageKind.DESTROY, side);
        byte[] packet = DestroyCodec.encode(cells.community(), to.circuitId(), reason, identity);
        sink.send(to.address(), packet, 0, packet.length);
        if (log.isDebugEnabled() && logged.tryTake()) {
            log.atDebug().addKeyValue("reason", reason).log("destroy sent");
        }
    }

    PacketCounts packets() {
        return packets;
    }

    void drop(DropReason reason) {
        counters.dropped(reason);
    }

    long nowNanos() {
        return deadlines.nowNanos();
    }

    LayerCipher cipher() {
        return cipher;
    }

    CellSender cells() {
        return cells;
    }

    /**
     * How full the tables are that strangers fill.
     *
     * @return a new list
     */
    public List<TableSize> tables() {
        int pending = 0;
        for (JoinedCircuit circuit : joined) {
            pending += circuit.pending == null ? 0 : 1;
        }
        int most = settings.maxJoinedCircuits();
        return List.of(
                new TableSize("neighbours on others' circuits", neighbours.size(), 2 * most),
                new TableSize("circuits of others", joined.size() + relayed.size(), most),
                new TableSize("pending extends", pending, most),
                joiner.rememberedCreates(),
                joiner.places().unprovenCircuits(),
                joiner.places().rates());
    }
}
