package org.tunnel8.circuit;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * Brings the circuits of a pool to what is wanted: builds what is missing, side by side, and retires what is worn, spent
 * or too much (D15).
 *
 * <p>Failed attempts are repeated with other hops, with growing pauses after failures in a row. Engine thread only.
 */
final class PoolUpkeep {
    /** The pause after the first failure in a row; doubled with each further one (FR-004). */
    static final long FIRST_PAUSE_NANOS = 100_000_000L;
    /** The longest pause between attempts (FR-004). */
    static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;
    /** How often wants, ages and candidates are looked at when nothing else happens. */
    static final long LOOK_NANOS = 1_000_000_000L;

    private final CircuitSettings settings;
    private final PeerTable peers;
    private final PathSelector selector;
    private final Deadlines deadlines;
    private final CircuitNetworkClient client;
    private final Isolation isolation;
    private final HttpCircuits http;
    private int failuresInARow;
    private long pausedUntilNanos;
    private boolean running;
    private boolean filling;
    private boolean fillAgain;
    private @Nullable Deadline look;

    PoolUpkeep(
            CircuitSettings settings,
            PeerTable peers,
            PathSelector selector,
            Deadlines deadlines,
            CircuitNetworkClient client,
            Isolation isolation) {
        this.settings = settings;
        this.peers = peers;
        this.selector = selector;
        this.deadlines = deadlines;
        this.client = client;
        this.isolation = isolation;
        this.http = new HttpCircuits(this, client, selector, peers, deadlines);
    }

    void start() {
        running = true;
        fill();
    }

    void stop() {
        running = false;
        if (look != null) {
            look.cancel();
        }
    }

    HttpCircuits http() {
        return http;
    }

    /** A peer has become known. */
    void peersChanged() {
        if (running && wanted() > alive()) {
            fill();
        }
    }

    /** What is wanted may have changed. */
    void lookNow() {
        if (running) {
            fill();
        }
    }

    /** A circuit has become ready. */
    void onReady() {
        failuresInARow = 0;
        pausedUntilNanos = 0;
        lookNow();
    }

    /** A circuit has ended. */
    void onClosed(Circuit circuit, CloseReason reason) {
        if (circuit.buildNanos() == 0 && reason != CloseReason.UNNEEDED) {
            long pause = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failuresInARow, 10));
            failuresInARow++;
            pausedUntilNanos = deadlines.nowNanos() + pause;
        }
        lookNow();
    }

    /** The quickest ready circuit that may carry a key and is no key's primary, healthy ones before suspect ones. */
    @Nullable
    Circuit bestStandby(String key) {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.carriesData())
                .filter(circuit -> !isolation.isPrimary(circuit) && circuit.mayCarry(key))
                .min(Comparator.comparing(this::isReplaced)
                        .thenComparing(Circuit::isSuspect)
                        .thenComparing(Circuit::rttNanos))
                .orElse(null);
    }

    private int wanted() {
        return Math.min(settings.maxCircuits(), isolation.primariesWanted() + settings.standbys());
    }

    /** Circuits that count towards what is wanted: not those that are being replaced, or spent on a key. */
    private int alive() {
        int alive = 0;
        for (Circuit circuit : client.circuits()) {
            boolean serves = isolation.isPrimary(circuit) || isolation.isSpare(circuit);
            alive += serves && circuit.carriesData() && !isReplaced(circuit) ? 1 : 0;
        }
        return alive;
    }

    /** Whether another circuit is to take the place of this one. */
    boolean isReplaced(Circuit circuit) {
        return isWorn(circuit) || circuit.health.isFailing();
    }

    private boolean isWorn(Circuit circuit) {
        return deadlines.nowNanos() - circuit.createdNanos()
                        > settings.ageLimit().toNanos()
                || circuit.bytesUp() + circuit.bytesDown() > settings.trafficLimitBytes();
    }

    /** Brings circuits to what is wanted. What ends meanwhile has it look once more, after this look. */
    private void fill() {
        if (filling) {
            fillAgain = true;
            return;
        }
        filling = true;
        do {
            fillAgain = false;
            fillOnce();
        } while (fillAgain && running);
        filling = false;
    }

    private void fillOnce() {
        if (look != null) {
            look.cancel();
        }
        long now = deadlines.nowNanos();
        long next = now + LOOK_NANOS;
        if (now < pausedUntilNanos) {
            next = Math.min(next, pausedUntilNanos);
        } else if (peers.confirmedCount() >= settings.minPeers()) {
            buildForHttp();
            build();
        }
        retireWorn();
        retireSurplus();
        http.retire();
        look = deadlines.at(next, this::fill);
    }

    private void buildForHttp() {
        Path forHttp = http.missingPath(settings.hops());
        if (forHttp == null) {
            return;
        }
        Circuit spare = hasRoom() ? null : leastUseful();
        if (spare != null) {
            client.close(spare, CloseReason.UNNEEDED);
        }
        if (hasRoom()) {
            client.build(forHttp);
        }
    }

    private boolean hasRoom() {
        return client.circuits().size() < settings.maxCircuits();
    }

    private void build() {
        for (int missing = wanted() - alive(); missing > 0; missing--) {
            Path path = selector.path(settings.hops(), client.circuits());
            if (path == null || !makeRoom()) {
                return;
            }
            client.build(path);
        }
    }

    /** Where no circuit can be added, one that is being replaced has to go first, if it is not what flows rely on. */
    private boolean makeRoom() {
        if (!hasRoom()) {
            client.circuits().stream()
                    .filter(circuit -> circuit.state() == Circuit.State.READY && isReplaced(circuit))
                    .filter(circuit -> !isolation.isPrimary(circuit))
                    .min(Comparator.comparing(Circuit::isRidden))
                    .ifPresent(circuit -> client.close(circuit, reasonToReplace(circuit)));
        }
        return hasRoom();
    }

    private CloseReason reasonToReplace(Circuit circuit) {
        return isWorn(circuit) ? CloseReason.WORN_OUT : CloseReason.UNRESPONSIVE;
    }

    /** Takes worn circuits out of use once another can take their place. */
    private void retireWorn() {
        for (Circuit circuit : List.copyOf(client.circuits())) {
            if (circuit.state() != Circuit.State.READY || !isWorn(circuit)) {
                continue;
            }
            String key = isolation.keyServedBy(circuit);
            Circuit successor = bestStandby(key == null ? Isolation.SHARED : key);
            if (key == null) {
                // A standby or spent circuit goes when any is left that is not being replaced.
                successor = client.circuits().stream()
                        .filter(other -> other.state() == Circuit.State.READY && !isReplaced(other))
                        .findFirst()
                        .orElse(null);
            }
            if (successor == null || isReplaced(successor)) {
                continue;
            }
            if (key != null) {
                isolation.makePrimary(key, successor);
            }
            client.close(circuit, CloseReason.WORN_OUT);
        }
    }

    /**
     * Closes standbys beyond those wanted, which are left when a circuit that was being replaced has recovered, and
     * circuits that are spent on a key and not its primary any more.
     */
    private void retireSurplus() {
        for (Circuit circuit : List.copyOf(client.circuits())) {
            boolean isSpent = circuit.carriesData() && !isolation.isPrimary(circuit) && !isolation.isSpare(circuit);
            if (circuit.state() == Circuit.State.READY && isSpent && !circuit.isRidden() && !http.keeps(circuit)) {
                client.close(circuit, CloseReason.UNNEEDED);
            }
        }
        Circuit least = leastUseful();
        while (least != null && alive() > wanted()) {
            client.close(least, CloseReason.UNNEEDED);
            least = leastUseful();
        }
    }

    private @Nullable Circuit leastUseful() {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.carriesData())
                .filter(circuit -> !circuit.isRidden() && !isolation.isPrimary(circuit) && !http.keeps(circuit))
                .max(Comparator.comparing(Circuit::rttNanos))
                .orElse(null);
    }
}
