package org.tunnel8.circuit;

import java.util.Comparator;
import java.util.List;
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
 * <p>Any circuit of the pool will do that belongs to no isolation key; one that exchanges went over never becomes the
 * primary of such a key. Where no exit for data performs exchanges, a circuit is kept for exchanges alone. Engine thread
 * only.
 */
public final class HttpCircuits {
    /** What an exit performs at a time for one circuit; it drops more without a word (PROTOCOL.md §13). */
    public static final int MAX_PER_CIRCUIT = 5;
    /** After the last exchange such a circuit is kept at hand for so long: trackers are asked one after another. */
    static final long KEEP_NANOS = 60_000_000_000L;

    private final PoolUpkeep upkeep;
    private final CircuitNetworkClient client;
    private final PathSelector selector;
    private final PeerTable peers;
    private final Deadlines deadlines;
    private Set<PublicKey> avoided = Set.of();
    private boolean wanted;
    private long wantedUntilNanos;

    HttpCircuits(
            PoolUpkeep upkeep,
            CircuitNetworkClient client,
            PathSelector selector,
            PeerTable peers,
            Deadlines deadlines) {
        this.upkeep = upkeep;
        this.client = client;
        this.selector = selector;
        this.peers = peers;
        this.deadlines = deadlines;
    }

    /**
     * Takes a circuit for one exchange, or has one built.
     *
     * @param tried exits that are asked again only if no other is known
     * @param settle whether an exit that was tried will do although others are known
     * @return a ready circuit, to be given back with {@link #release}; null if there is none now
     */
    public @Nullable Circuit take(Set<PublicKey> tried, boolean settle) {
        wanted = true;
        wantedUntilNanos = deadlines.nowNanos() + KEEP_NANOS;
        Circuit best = client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && isUsable(circuit))
                .filter(circuit -> circuit.exchanges() < MAX_PER_CIRCUIT)
                .min(Comparator.<Circuit, Boolean>comparing(circuit -> tried.contains(circuit.exitKey()))
                        .thenComparing(Circuit::isSuspect)
                        .thenComparing(Circuit::isUnused)
                        .thenComparing(Circuit::exchanges)
                        .thenComparing(Circuit::rttNanos))
                .orElse(null);
        boolean isTried = best != null && tried.contains(best.exitKey());
        if (best != null && (settle || !isTried || !selector.knowsHttpExit(tried))) {
            best.exchange(true);
            return best;
        }
        avoided = Set.copyOf(tried);
        if (isMissing()) {
            upkeep.lookNow();
        }
        return null;
    }

    /**
     * Gives a circuit back.
     *
     * @param circuit the circuit, which may have ended meanwhile
     */
    public void release(Circuit circuit) {
        circuit.exchange(false);
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

    /** A path that exchanges are in want of, or null. */
    @Nullable
    Path missingPath(int hops) {
        if (!isMissing()) {
            return null;
        }
        Path other = selector.httpPath(hops, client.circuits(), avoided);
        boolean hasNone = client.circuits().stream().noneMatch(this::isUsable);
        return other == null && hasNone ? selector.httpPath(hops, client.circuits(), Set.of()) : other;
    }

    /** Whether an exchange may need this circuit soon, and no other will do. */
    boolean keeps(Circuit circuit) {
        return isWanted() && circuit.state() == Circuit.State.READY && isUsable(circuit) && !hasReadyBeside(circuit);
    }

    /** Whether an exchange waits for this circuit, which is being built. */
    boolean needs(Circuit circuit) {
        return isWanted()
                && circuit.state() == Circuit.State.EXTENDING
                && isUsable(circuit)
                && !hasReadyBeside(circuit);
    }

    /** Whether another is ready that will do as well: none whose exit is avoided, unless this one's is too. */
    private boolean hasReadyBeside(Circuit circuit) {
        for (Circuit other : client.circuits()) {
            boolean isReady = other != circuit && other.state() == Circuit.State.READY && isUsable(other);
            if (isReady && (!avoided.contains(other.exitKey()) || avoided.contains(circuit.exitKey()))) {
                return true;
            }
        }
        return false;
    }

    /** Closes circuits that nothing but exchanges can use once there are none. */
    void retire() {
        for (Circuit circuit : List.copyOf(client.circuits())) {
            boolean isIdle = circuit.state() == Circuit.State.READY && !circuit.isRidden();
            if (isIdle && !circuit.carriesData() && !isWanted()) {
                client.close(circuit, CloseReason.UNNEEDED);
            }
        }
    }

    private boolean isWanted() {
        wanted = wanted && deadlines.nowNanos() < wantedUntilNanos;
        return wanted;
    }

    private boolean isMissing() {
        return isWanted()
                && client.circuits().stream()
                        .noneMatch(circuit -> isUsable(circuit) && !avoided.contains(circuit.exitKey()));
    }

    private boolean isUsable(Circuit circuit) {
        return circuit.performsHttp() && !upkeep.isReplaced(circuit) && circuit.mayCarry(Lane.SHARED);
    }
}
