package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Keeps one primary circuit for each isolation key in use, and standbys for all of them (FR-018a, D15).
 *
 * <p>Circuits are built side by side as soon as enough peers are known, and replaced when they end, wear out or turn
 * suspect. Failed attempts are repeated with other hops, at once at first and with growing pauses after failures in a
 * row. Engine thread only.
 */
public final class CircuitPool implements CircuitListener {
    private final CircuitSettings settings;
    private final FailedBuilds failed;
    private final PathSelector selector;
    private final CircuitListener listener;
    private final CircuitNetworkClient client;
    private final Isolation isolation;
    private final TriedHops tried;
    private final PoolUpkeep upkeep;
    private boolean stopped;

    /**
     * Makes a pool; {@link #start()} sets it going.
     *
     * @param settings how many circuits of what length
     * @param identity this node's key
     * @param table the circuit ids in use
     * @param cells sends cells
     * @param sink sends destroys
     * @param cipher the layer cipher of the engine's thread
     * @param peers whom hops are drawn from
     * @param deadlines the engine's time
     * @param random where ids, identifiers, ephemeral keys and choices come from
     * @param counters where traffic and drops are counted
     * @param listener hears of the circuits
     */
    public CircuitPool(
            CircuitSettings settings,
            IdentityKey identity,
            CircuitTable table,
            CellSender cells,
            DatagramSink sink,
            LayerCipher cipher,
            PeerTable peers,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters,
            CircuitListener listener) {
        this.settings = settings;
        this.failed = new FailedBuilds(peers, deadlines);
        this.listener = listener;
        this.isolation = new Isolation(settings.hops());
        this.tried = new TriedHops(deadlines);
        this.selector = new PathSelector(peers, random, settings.rules(), tried);
        this.client = new CircuitNetworkClient(
                identity, table, cells, sink, cipher, peers, selector, tried, deadlines, random, counters, this);
        this.upkeep = new PoolUpkeep(settings, peers, selector, deadlines, client, isolation);
    }

    /** Starts to build and keep circuits. */
    public void start() {
        upkeep.start();
    }

    /** Closes every circuit with a destroy (reason 2, shutdown) and builds no more. */
    public void stop() {
        stop(CloseReason.SHUTDOWN);
    }

    void stop(CloseReason reason) {
        stopped = true;
        upkeep.stop();
        for (Circuit circuit : List.copyOf(client.circuits())) {
            client.close(circuit, reason);
        }
    }

    /** Looks at once whether circuits can be built: a peer has become known. */
    public void peersChanged() {
        upkeep.peersChanged();
    }

    /**
     * The circuits for HTTP exchanges.
     *
     * @return the same object each time
     */
    public HttpCircuits http() {
        return upkeep.http();
    }

    /**
     * Notes that a flow begins; flows of one isolation key and number of hops have a primary of their own.
     *
     * @param isolationKey the key, or null for the one shared by all flows without
     * @param hops hops of the circuits that the flow may ride
     */
    public void acquire(@Nullable String isolationKey, int hops) {
        isolation.acquire(Lane.of(isolationKey, CircuitSettings.requireHops(hops)));
        upkeep.lookNow();
    }

    /**
     * Notes that a flow has ended; with the last one of a key of its own, the circuits that carried it are closed unless
     * exchanges of that key need them.
     *
     * @param isolationKey the key given to {@link #acquire}
     * @param hops the hops given there
     */
    public void release(@Nullable String isolationKey, int hops) {
        Lane lane = Lane.of(isolationKey, hops);
        if (isolation.release(lane) && !lane.isShared()) {
            for (Circuit circuit : circuits()) {
                boolean served =
                        !circuit.isUnused() && circuit.goalHops() == hops && circuit.mayCarry(lane.isolationKey());
                // Exchanges of the key may still be under way there, or need it soon.
                if (served && !circuit.isRidden() && !http().keeps(circuit)) {
                    client.close(circuit, CloseReason.UNNEEDED);
                }
            }
        }
        upkeep.lookNow();
    }

    /**
     * The circuit that a flow is to ride: its lane's primary, or another if that one is suspect or to be replaced. From now
     * on it carries no other key's traffic.
     *
     * @param isolationKey the key, or null for the shared one
     * @param hops hops that it has
     * @return a ready circuit, or null if there is none
     */
    public @Nullable Circuit current(@Nullable String isolationKey, int hops) {
        if (stopped) {
            return null; // what is still open is about to be closed
        }
        Lane lane = Lane.of(isolationKey, hops);
        Circuit chosen = isolation.primary(lane);
        if (chosen == null || chosen.isSuspect() || upkeep.isReplaced(chosen)) {
            Circuit standby = upkeep.bestStandby(lane);
            if (standby != null && (chosen == null || upkeep.bestFirst().compare(standby, chosen) < 0)) {
                isolation.makePrimary(lane, standby);
                chosen = standby;
            }
        }
        if (settings.spread() && chosen != null) {
            chosen = leastRidden(lane, chosen);
        }
        if (chosen != null) {
            chosen.carry(lane.isolationKey());
        }
        return chosen;
    }

    /** Among the ready circuits of a lane, and those that can be spared for it, the one that fewest flows ride. */
    private Circuit leastRidden(Lane lane, Circuit primary) {
        Circuit least = primary;
        boolean maySpend = upkeep.maySpend();
        for (Circuit circuit : client.circuits()) {
            boolean isItsOwn = !circuit.isUnused() && !isolation.isPrimary(circuit);
            boolean isFree = isolation.isSpare(circuit) && (maySpend || isolation.servesSharedAlone(circuit));
            boolean serves = circuit == primary || (circuit.mayCarry(lane.isolationKey()) && (isItsOwn || isFree));
            boolean isSound =
                    circuit.state() == Circuit.State.READY && !upkeep.isReplaced(circuit) && !circuit.isSuspect();
            if (serves
                    && isSound
                    && circuit.carriesData()
                    && circuit.goalHops() == lane.hops()
                    && circuit.riders() < least.riders()) {
                least = circuit;
            }
        }
        return least;
    }

    /**
     * How many hops a flow's circuits have that asks for nothing else.
     *
     * @return 1 to 3
     */
    public int usualHops() {
        return settings.hops();
    }

    /**
     * Whether flows should rather leave a circuit: it answers no probe, or loses, damages or repeats what it carries.
     *
     * @param circuit the circuit
     * @return true while it is so
     */
    public boolean isUnsound(Circuit circuit) {
        return PoolUpkeep.isUnsound(circuit);
    }

    /**
     * All circuits, also those being built.
     *
     * @return a new list, oldest first
     */
    public List<Circuit> circuits() {
        return List.copyOf(client.circuits());
    }

    /**
     * How many circuits are ready for data.
     *
     * @return zero or more
     */
    public int ready() {
        int ready = 0;
        for (Circuit circuit : client.circuits()) {
            ready += circuit.state() == Circuit.State.READY && circuit.carriesData() ? 1 : 0;
        }
        return ready;
    }

    /**
     * Tells whether a circuit is the primary of any key.
     *
     * @param circuit the circuit
     * @return true if flows go over it first
     */
    public boolean isPrimary(Circuit circuit) {
        return isolation.isPrimary(circuit);
    }

    /**
     * How many peers have to be known before circuits are built.
     *
     * @return zero or more
     */
    public int minPeers() {
        return settings.minPeers();
    }

    /**
     * How many exits for data are known that may be used.
     *
     * @return zero or more
     */
    public int usableExits() {
        return selector.permitted(PeerFlags.EXIT_BT);
    }

    /**
     * How many peers are known that could be the first hop of a circuit of the usual length.
     *
     * @return zero or more; the only exit there is does not count where circuits have more hops than one
     */
    public int usableFirstHops() {
        int exits = usableExits();
        if (settings.hops() == 1) {
            return exits;
        }
        int relays = selector.permitted(PeerFlags.RELAY);
        boolean exitIsOne = exits == 1 && selector.permitted(PeerFlags.EXIT_BT | PeerFlags.RELAY) == 1;
        return exitIsOne ? relays - 1 : relays;
    }

    /**
     * Where attempts to build a circuit came to nothing since one was ready, in the last half minute.
     *
     * @return a snapshot
     */
    public BuildFailures buildFailures() {
        return failed.report(client.circuits());
    }

    @Override
    public void onReady(Circuit circuit) {
        failed.succeeded();
        offerToShared(circuit);
        listener.onReady(circuit);
        upkeep.onReady();
    }

    @Override
    public void onHopAdded(Circuit circuit, long tookNanos) {
        listener.onHopAdded(circuit, tookNanos);
    }

    @Override
    public void onHopFailed(Circuit circuit, CloseReason reason, long afterNanos) {
        listener.onHopFailed(circuit, reason, afterNanos);
    }

    @Override
    public void onRoundTrip(Circuit circuit, long nanos) {
        listener.onRoundTrip(circuit, nanos);
    }

    @Override
    public void onSlow(Circuit circuit) {
        upkeep.lookNow();
    }

    @Override
    public void onSuspect(Circuit circuit) {
        // Whoever may have to take over shows now whether it can; it may have a hop in common.
        upkeep.suspected();
        for (Circuit other : circuits()) {
            if (other != circuit && other.state() == Circuit.State.READY) {
                other.health.check();
            }
        }
    }

    @Override
    public void onFailing(Circuit circuit) {
        upkeep.lookNow();
        listener.onFailing(circuit);
    }

    @Override
    public void onClosed(Circuit circuit, CloseReason reason) {
        if (circuit.buildNanos() == 0 && reason != CloseReason.UNNEEDED && reason != CloseReason.SHUTDOWN) {
            failed.failed(circuit, reason);
        }
        isolation.remove(circuit);
        offerToShared(upkeep.bestStandby(isolation.usual()));
        listener.onClosed(circuit, reason);
        upkeep.onClosed(circuit, reason);
    }

    @Override
    public void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length) {
        listener.onData(circuit, origin, buffer, offset, length);
    }

    @Override
    public void onHttpResponse(Circuit circuit, HttpResponse response) {
        listener.onHttpResponse(circuit, response);
    }

    /** Flows without a key always have a primary if there is any circuit for them. */
    private void offerToShared(@Nullable Circuit circuit) {
        if (circuit != null
                && circuit.carriesData()
                && circuit.goalHops() == settings.hops()
                && isolation.primary(isolation.usual()) == null) {
            isolation.makePrimary(isolation.usual(), circuit);
        }
    }

    /**
     * How full the table of circuits is.
     *
     * @return all circuits, also those being built
     */
    public TableSize table() {
        return new TableSize("own circuits", client.circuits().size(), settings.maxCircuits());
    }

    /**
     * How full the tables are of what is remembered of hops.
     *
     * @return a new list
     */
    public List<TableSize> memories() {
        List<TableSize> memories = new ArrayList<>(tried.tables());
        memories.add(client.limits().table());
        memories.add(failed.table());
        return memories;
    }
}
