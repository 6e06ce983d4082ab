package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.tunnel8.time.Deadline;
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
    /** The pause after the first failure in a row; doubled with each further one (FR-004). */
    static final long FIRST_PAUSE_NANOS = 100_000_000L;
    /** The longest pause between attempts (FR-004). */
    static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;
    /** How often wants, ages and candidates are looked at when nothing else happens. */
    static final long LOOK_NANOS = 1_000_000_000L;

    /** The isolation key of flows that name none. */
    static final String SHARED = "";

    private final CircuitSettings settings;
    private final PeerTable peers;
    private final PathSelector selector;
    private final Deadlines deadlines;
    private final Listener listener;
    private final CircuitNetworkClient client;
    private final HttpCircuits http;
    private final Map<String, Circuit> primaries = new LinkedHashMap<>();
    private final Map<String, Integer> users = new LinkedHashMap<>();
    private int failuresInARow;
    private long pausedUntilNanos;
    private boolean running;
    private @Nullable Deadline look;

    /** Hears what becomes of circuits. Called on the engine's thread. */
    public interface Listener {
        /**
         * A circuit can be used.
         *
         * @param circuit the circuit
         */
        void onReady(Circuit circuit);

        /**
         * A circuit has ended.
         *
         * @param circuit the circuit
         * @param reason why
         */
        void onClosed(Circuit circuit, CloseReason reason);

        /**
         * Application data has come back through a circuit.
         *
         * @param circuit the circuit
         * @param origin who sent it to the exit, as the exit says
         * @param buffer holds the payload with room in front and behind; may be overwritten, is not kept
         * @param offset where the payload starts
         * @param length its bytes
         */
        void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length);

        /**
         * A part of an answer to an HTTP request has come back through a circuit.
         *
         * @param circuit the circuit
         * @param response the part
         */
        void onHttpResponse(Circuit circuit, HttpResponse response);
    }

    /** Why there is no circuit to use. */
    public enum Lack {
        /** Nothing is lacking: a circuit is ready, or being built. */
        NONE,
        /** Fewer peers are known than were asked for. */
        PEERS,
        /** No exit is known, or too few relays for the hops asked for. */
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
            Listener listener) {
        this.settings = settings;
        this.peers = peers;
        this.deadlines = deadlines;
        this.listener = listener;
        this.selector = new PathSelector(peers, random);
        this.client = new CircuitNetworkClient(
                identity, table, cells, sink, cipher, peers, selector, deadlines, random, counters, this);
        this.http = new HttpCircuits(this, client, selector, peers, deadlines);
    }

    /** Starts to build and keep circuits. */
    public void start() {
        running = true;
        fill();
    }

    /** Closes every circuit with a destroy (reason 2, shutdown) and builds no more. */
    public void stop() {
        stop(CloseReason.SHUTDOWN);
    }

    void stop(CloseReason reason) {
        running = false;
        if (look != null) {
            look.cancel();
        }
        for (Circuit circuit : List.copyOf(client.circuits())) {
            client.close(circuit, reason);
        }
    }

    /** Looks at once whether circuits can be built: a peer has become known. */
    public void peersChanged() {
        if (running && wanted() > alive()) {
            fill();
        }
    }

    /** Looks at once whether circuits are to be built: an exchange needs one. */
    void lookNow() {
        if (running) {
            fill();
        }
    }

    /**
     * The circuits for HTTP exchanges.
     *
     * @return the same object each time
     */
    public HttpCircuits http() {
        return http;
    }

    /**
     * Notes that a flow of an isolation key begins; the key gets a primary of its own.
     *
     * @param isolationKey the key, or null for the one shared by all flows without
     */
    public void acquire(@Nullable String isolationKey) {
        users.merge(keyOf(isolationKey), 1, Integer::sum);
        if (running) {
            fill();
        }
    }

    /**
     * Notes that a flow of an isolation key has ended; with the last one the key's primary becomes a standby, or is
     * closed if it was a key of its own: circuits of different keys must not be told apart later by what they carried.
     *
     * @param isolationKey the key given to {@link #acquire}
     */
    public void release(@Nullable String isolationKey) {
        String key = keyOf(isolationKey);
        Integer left = users.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
        if (left == null && !key.equals(SHARED)) {
            Circuit primary = primaries.remove(key);
            if (primary != null) {
                client.close(primary, CloseReason.UNNEEDED);
            }
        }
    }

    /**
     * The circuit that new data of an isolation key goes over: its primary, or another while that one is suspect.
     *
     * @param isolationKey the key, or null for the shared one
     * @return a ready circuit, or null if there is none
     */
    public @Nullable Circuit current(@Nullable String isolationKey) {
        String key = keyOf(isolationKey);
        Circuit primary = primaries.get(key);
        if (primary != null && !primary.isSuspect()) {
            return primary;
        }
        Circuit standby = bestStandby(key);
        if (standby == null) {
            return primary;
        }
        if (primary == null || !standby.isSuspect()) {
            primaries.put(key, standby);
            return standby;
        }
        return primary;
    }

    /** The quickest ready circuit that is no key's primary, healthy ones before suspect ones. */
    private @Nullable Circuit bestStandby(String key) {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.carriesData())
                .filter(circuit -> !primaries.containsValue(circuit))
                // What carried one key's exchanges must not carry another key's data.
                .filter(circuit -> key.equals(SHARED) || !circuit.carriedShared())
                .min(Comparator.comparing(Circuit::isSuspect).thenComparing(Circuit::rttNanos))
                .orElse(null);
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
        return primaries.containsValue(circuit);
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
        if (peers.size() < settings.minPeers()) {
            return Lack.PEERS;
        }
        return selector.hasCandidates(settings.hops()) ? Lack.NONE : Lack.CANDIDATES;
    }

    @Override
    public void onReady(Circuit circuit) {
        failuresInARow = 0;
        pausedUntilNanos = 0;
        if (circuit.carriesData()) {
            primaries.putIfAbsent(SHARED, circuit);
        }
        listener.onReady(circuit);
        fill();
    }

    @Override
    public void onClosed(Circuit circuit, CloseReason reason) {
        primaries.values().removeIf(primary -> primary == circuit);
        Circuit standby = bestStandby(SHARED);
        if (standby != null && !primaries.containsKey(SHARED)) {
            primaries.put(SHARED, standby);
        }
        listener.onClosed(circuit, reason);
        if (!running) {
            return;
        }
        if (circuit.buildNanos() == 0 && reason != CloseReason.UNNEEDED) {
            long pause = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failuresInARow, 10));
            failuresInARow++;
            pausedUntilNanos = deadlines.nowNanos() + pause;
        }
        fill();
    }

    @Override
    public void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length) {
        listener.onData(circuit, origin, buffer, offset, length);
    }

    @Override
    public void onHttpResponse(Circuit circuit, HttpResponse response) {
        listener.onHttpResponse(circuit, response);
    }

    private int wanted() {
        int keys = Math.max(1, users.containsKey(SHARED) ? users.size() : users.size() + 1);
        return Math.min(settings.maxCircuits(), keys + settings.standbys());
    }

    /** Circuits that count towards what is wanted: worn and failing ones are being replaced. */
    private int alive() {
        int alive = 0;
        for (Circuit circuit : client.circuits()) {
            alive += isReplaced(circuit) || !circuit.carriesData() ? 0 : 1;
        }
        return alive;
    }

    /** Whether another circuit is to take the place of this one. */
    boolean isReplaced(Circuit circuit) {
        return isWorn(circuit) || circuit.health.isFailing();
    }

    /** Whether a circuit belongs to flows of one isolation key. */
    boolean isIsolated(Circuit circuit) {
        return primaries.containsValue(circuit) && primaries.get(SHARED) != circuit;
    }

    private boolean isWorn(Circuit circuit) {
        return deadlines.nowNanos() - circuit.createdNanos()
                        > settings.ageLimit().toNanos()
                || circuit.bytesUp() + circuit.bytesDown() > settings.trafficLimitBytes();
    }

    private void fill() {
        if (look != null) {
            look.cancel();
        }
        long now = deadlines.nowNanos();
        long next = now + LOOK_NANOS;
        if (now < pausedUntilNanos) {
            next = Math.min(next, pausedUntilNanos);
        } else if (peers.size() >= settings.minPeers()) {
            build();
        }
        retireWorn();
        retireSurplus();
        http.retire();
        look = deadlines.at(next, this::fill);
    }

    private void build() {
        Path forHttp = http.missingPath(settings.hops());
        if (forHttp != null) {
            Circuit spare = client.circuits().size() < settings.maxCircuits() ? null : leastUseful();
            if (spare != null) {
                // With its end, circuits are looked at again: there is room then.
                client.close(spare, CloseReason.UNNEEDED);
                return;
            }
            if (client.circuits().size() < settings.maxCircuits()) {
                client.build(forHttp);
            }
        }
        int room = settings.maxCircuits() - client.circuits().size();
        for (int missing = Math.min(room, wanted() - alive()); missing > 0; missing--) {
            Path path = selector.path(settings.hops(), client.circuits());
            if (path == null) {
                return;
            }
            client.build(path);
        }
    }

    /** Takes worn circuits out of use once another can take their place. */
    private void retireWorn() {
        Collection<Circuit> worn = new ArrayList<>();
        int fresh = 0;
        for (Circuit circuit : client.circuits()) {
            if (circuit.state() == Circuit.State.READY) {
                if (isWorn(circuit)) {
                    worn.add(circuit);
                } else {
                    fresh++;
                }
            }
        }
        for (Circuit circuit : worn) {
            if (fresh > 0) {
                client.close(circuit, CloseReason.WORN_OUT);
            }
        }
    }

    /** Closes standbys beyond those wanted, which are left when a circuit that was being replaced has recovered. */
    private void retireSurplus() {
        for (int surplus = alive() - wanted(); surplus > 0; surplus--) {
            Circuit least = leastUseful();
            if (least == null) {
                return;
            }
            client.close(least, CloseReason.UNNEEDED);
        }
    }

    private @Nullable Circuit leastUseful() {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.carriesData())
                .filter(circuit -> !circuit.isRidden() && !primaries.containsValue(circuit) && !http.keeps(circuit))
                .max(Comparator.comparing(Circuit::rttNanos))
                .orElse(null);
    }

    private static String keyOf(@Nullable String isolationKey) {
        return Objects.requireNonNullElse(isolationKey, SHARED);
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
