package org.tunnel8.circuit;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.cell.HttpRequest;

/**
 * Finds circuits whose exits perform HTTP exchanges (EXIT_HTTP), and has one built when there is none (D9).
 *
 * <p>Any circuit of the pool will do that carried nothing of another isolation key, and from then on it carries nothing of
 * another. Where no exit for data performs exchanges, a circuit is kept for exchanges alone. Engine thread only.
 */
public final class HttpCircuits {
    /** What an exit performs at a time for one circuit; it drops more without a word (PROTOCOL.md §13). */
    public static final int MAX_PER_CIRCUIT = 5;
    /** After the last exchange such a circuit is kept at hand for so long: trackers are asked one after another. */
    static final long KEEP_NANOS = 60_000_000_000L;

    private static final int MAX_WANTS = 64;

    private final PoolUpkeep upkeep;
    private final Isolation isolation;
    private final CircuitNetworkClient client;
    private final PathSelector selector;
    private final PeerTable peers;
    private final Deadlines deadlines;
    /** By isolation key, what exchanges are in want of; as many as there are exchanges at most, and those of the last minute. */
    private final Map<String, Want> wants = new LinkedHashMap<>();

    private record Want(Set<PublicKey> avoided, long untilNanos) {}

    HttpCircuits(
            PoolUpkeep upkeep,
            Isolation isolation,
            CircuitNetworkClient client,
            PathSelector selector,
            PeerTable peers,
            Deadlines deadlines) {
        this.upkeep = upkeep;
        this.isolation = isolation;
        this.client = client;
        this.selector = selector;
        this.peers = peers;
        this.deadlines = deadlines;
    }

    /**
     * Takes a circuit for one exchange, or has one built.
     *
     * @param isolationKey what went over the circuit, and will, is of the same key; null for no isolation
     * @param tried exits that are asked again only if no other is known
     * @param settle whether an exit that was tried will do although others are known
     * @return a ready circuit, to be given back with {@link #release}; null if there is none now
     */
    public @Nullable Circuit take(@Nullable String isolationKey, Set<PublicKey> tried, boolean settle) {
        String key = Objects.requireNonNullElse(isolationKey, Lane.SHARED);
        Want known = wants.remove(key);
        want(key, known == null ? Set.of() : known.avoided);
        Circuit best = client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && isUsable(circuit, key))
                .filter(circuit -> circuit.exchanges() < MAX_PER_CIRCUIT)
                .min(Comparator.<Circuit, Boolean>comparing(circuit -> tried.contains(circuit.exitKey()))
                        .thenComparing(Circuit::isSuspect)
                        .thenComparing(Circuit::isUnused)
                        .thenComparing(Circuit::exchanges)
                        .thenComparing(Circuit::rttNanos))
                .orElse(null);
        boolean isTried = best != null && tried.contains(best.exitKey());
        if (best != null && (settle || !isTried || !selector.knowsHttpExit(tried))) {
            best.exchange(true, key);
            return best;
        }
        want(key, Set.copyOf(tried));
        if (isMissing()) {
            upkeep.lookNow();
        }
        return null;
    }

    private void want(String key, Set<PublicKey> avoided) {
        wants.put(key, new Want(avoided, deadlines.nowNanos() + KEEP_NANOS));
        if (wants.size() > MAX_WANTS) {
            wants.remove(wants.keySet().iterator().next());
        }
    }

    /**
     * Gives a circuit back.
     *
     * @param circuit the circuit, which may have ended meanwhile
     */
    public void release(Circuit circuit) {
        circuit.exchange(false, null);
    }

    /**
     * Sends a request over a circuit that was taken; it is dropped if the circuit has ended.
     *
     * @param circuit the circuit
     * @param request what its exit is to do
     */
    public void ask(Circuit circuit, HttpRequest request) {
        if (circuit.state() == Circuit.State.READY) {
            client.ask(circuit, request);
        } else {
            client.drop(DropReason.NO_CIRCUIT);
        }
    }

    /**
     * Notes that the exit of a circuit has answered what cannot be, which no other hop can have done (D11).
     *
     * @param circuit the circuit
     */
    public void exitLied(Circuit circuit) {
        peers.reliabilityOf(circuit.exitKey()).failed(PeerRole.EXIT, 1.0, deadlines.nowNanos());
    }

    /**
     * Tells whether any exit is known that performs exchanges.
     *
     * @return true if a candidate announces EXIT_HTTP
     */
    public boolean exitKnown() {
        return selector.knowsHttpExit(Set.of());
    }

    /** A path that exchanges are in want of, or null: that of the first key for which one can be drawn. */
    @Nullable
    Path missingPath(int hops) {
        forgetOld();
        for (Map.Entry<String, Want> entry : wants.entrySet()) {
            Path path = isMissing(entry) ? pathFor(entry, hops) : null;
            if (path != null) {
                return path;
            }
        }
        return null;
    }

    private @Nullable Path pathFor(Map.Entry<String, Want> entry, int hops) {
        Path other = selector.httpPath(hops, client.circuits(), entry.getValue().avoided);
        boolean hasNone = client.circuits().stream().noneMatch(circuit -> isUsable(circuit, entry.getKey()));
        return other == null && hasNone ? selector.httpPath(hops, client.circuits(), Set.of()) : other;
    }

    private boolean isMissing() {
        forgetOld();
        return wants.entrySet().stream().anyMatch(this::isMissing);
    }

    /** Whether exchanges of a key have no circuit that will do, nor one that is being built. */
    private boolean isMissing(Map.Entry<String, Want> entry) {
        Set<PublicKey> avoided = entry.getValue().avoided;
        return client.circuits().stream()
                .noneMatch(circuit -> isUsable(circuit, entry.getKey()) && !avoided.contains(circuit.exitKey()));
    }

    /** Whether an exchange may need this circuit soon, and no other will do. */
    boolean keeps(Circuit circuit) {
        return isWanted(circuit, Circuit.State.READY);
    }

    /** Whether an exchange waits for this circuit, which is being built. */
    boolean needs(Circuit circuit) {
        return isWanted(circuit, Circuit.State.EXTENDING);
    }

    private boolean isWanted(Circuit circuit, Circuit.State state) {
        forgetOld();
        if (circuit.state() != state) {
            return false;
        }
        for (Map.Entry<String, Want> entry : wants.entrySet()) {
            String key = entry.getKey();
            if (isUsable(circuit, key) && !hasReadyBeside(circuit, key, entry.getValue().avoided)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether another is ready that will do as well: none whose exit is avoided, unless this one's is too; and none that any
     * key could use in place of one that is spent on this key.
     */
    private boolean hasReadyBeside(Circuit circuit, String key, Set<PublicKey> avoided) {
        boolean isSpent = !circuit.isUnused() && !key.equals(Lane.SHARED);
        for (Circuit other : client.circuits()) {
            boolean isReady = other != circuit && other.state() == Circuit.State.READY && isUsable(other, key);
            boolean isLike = isReady && !(isSpent && other.isUnused());
            if (isLike && (!avoided.contains(other.exitKey()) || avoided.contains(circuit.exitKey()))) {
                return true;
            }
        }
        return false;
    }

    /** The oldest circuit that is only kept at hand, for exchanges that may come, and that none waits for; null if there is none. */
    @Nullable
    Circuit leastNeeded() {
        for (Circuit circuit : client.circuits()) {
            boolean isIdle =
                    circuit.state() == Circuit.State.READY && !circuit.isRidden() && !isolation.isPrimary(circuit);
            boolean isKept = !circuit.carriesData() || !isolation.isSpare(circuit);
            if (isIdle && isKept && !isWaitedFor(circuit)) {
                return circuit;
            }
        }
        return null;
    }

    private boolean isWaitedFor(Circuit circuit) {
        return wants.entrySet().stream().anyMatch(entry -> isUsable(circuit, entry.getKey()) && isMissing(entry));
    }

    /** Closes circuits that nothing but exchanges can use once there are none. */
    void retire() {
        forgetOld();
        for (Circuit circuit : List.copyOf(client.circuits())) {
            boolean isIdle = circuit.state() == Circuit.State.READY && !circuit.isRidden();
            if (isIdle && isForExchangesAlone(circuit)) {
                client.close(circuit, CloseReason.UNNEEDED);
            }
        }
    }

    /** Whether neither a flow nor an exchange that may come soon can use a circuit. */
    private boolean isForExchangesAlone(Circuit circuit) {
        if (!circuit.carriesData()) {
            return wants.keySet().stream().noneMatch(circuit::mayCarry);
        }
        // What carried an isolation key's exchanges and is no flow's, is of no use to any other key.
        String key = circuit.carriedKey();
        return key != null && !key.equals(Lane.SHARED) && !wants.containsKey(key) && !isolation.isInUse(key);
    }

    private void forgetOld() {
        wants.values().removeIf(want -> deadlines.nowNanos() >= want.untilNanos);
    }

    private boolean isUsable(Circuit circuit, String key) {
        Lane lane = isolation.laneServedBy(circuit);
        return circuit.performsHttp()
                && !upkeep.isReplaced(circuit)
                && circuit.mayCarry(key)
                && (lane == null || lane.isolationKey().equals(key));
    }
}
