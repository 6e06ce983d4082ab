package org.tunnel8.circuit;

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

/**
 * Keeps one primary circuit for each isolation key in use, and standbys for all of them (FR-018a, D15).
 *
 * <p>Circuits are built side by side as soon as enough peers are known, and replaced when they end, wear out or turn
 * suspect. Failed attempts are repeated with other hops, at once at first and with growing pauses after failures in a
 * row. Engine thread only.
 */
public final class CircuitPool implements CircuitListener {
    private final CircuitSettings settings;
    private final PeerTable peers;
    private final PathSelector selector;
    private final CircuitListener listener;
    private final CircuitNetworkClient client;
    private final Isolation isolation = new Isolation();
    private final PoolUpkeep upkeep;

    /** Why there is no circuit to use. */
    public enum Lack {
        /** Nothing is lacking: a circuit is ready, or being built. */
        NONE,
        /** Fewer peers are known than were asked for. */
        PEERS,
        /** No exit is known, or nobody who could be the first hop. */
        CANDIDATES
    }

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
        this.peers = peers;
        this.listener = listener;
        this.selector = new PathSelector(peers, random);
        this.client = new CircuitNetworkClient(
                identity, table, cells, sink, cipher, peers, selector, deadlines, random, counters, this);
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
     * Notes that a flow of an isolation key begins; the key gets a primary of its own.
     *
     * @param isolationKey the key, or null for the one shared by all flows without
     */
    public void acquire(@Nullable String isolationKey) {
        isolation.acquire(Isolation.keyOf(isolationKey));
        upkeep.lookNow();
    }

    /**
     * Notes that a flow of an isolation key has ended; with the last one of a key of its own, the circuits that carried
     * it are closed.
     *
     * @param isolationKey the key given to {@link #acquire}
     */
    public void release(@Nullable String isolationKey) {
        String key = Isolation.keyOf(isolationKey);
        if (isolation.release(key) && !key.equals(Isolation.SHARED)) {
            for (Circuit circuit : circuits()) {
                if (key.equals(isolation.keyServedBy(circuit)) || (!circuit.isUnused() && circuit.mayCarry(key))) {
                    client.close(circuit, CloseReason.UNNEEDED);
                }
            }
        }
    }

    /**
     * The circuit that a flow of an isolation key is to ride: its primary, or another if that one is suspect. From now on
     * it carries no other key's traffic.
     *
     * @param isolationKey the key, or null for the shared one
     * @return a ready circuit, or null if there is none
     */
    public @Nullable Circuit current(@Nullable String isolationKey) {
        String key = Isolation.keyOf(isolationKey);
        Circuit chosen = isolation.primary(key);
        if (chosen == null || chosen.isSuspect()) {
            Circuit standby = upkeep.bestStandby(key);
            if (standby != null && (chosen == null || !standby.isSuspect())) {
                isolation.makePrimary(key, standby);
                chosen = standby;
            }
        }
        if (chosen != null) {
            chosen.carry(key);
        }
        return chosen;
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
     * What stands in the way of circuits.
     *
     * @return {@link Lack#NONE} if any circuit is ready or being built
     */
    public Lack lack() {
        if (!client.circuits().isEmpty()) {
            return Lack.NONE;
        }
        if (peers.confirmedCount() < settings.minPeers()) {
            return Lack.PEERS;
        }
        return selector.hasCandidates(settings.hops()) ? Lack.NONE : Lack.CANDIDATES;
    }

    @Override
    public void onReady(Circuit circuit) {
        offerToShared(circuit);
        listener.onReady(circuit);
        upkeep.onReady();
    }

    @Override
    public void onClosed(Circuit circuit, CloseReason reason) {
        isolation.remove(circuit);
        offerToShared(upkeep.bestStandby(Isolation.SHARED));
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
        if (circuit != null && circuit.carriesData() && isolation.primary(Isolation.SHARED) == null) {
            isolation.makePrimary(Isolation.SHARED, circuit);
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
}
