package org.tunnel8.circuit;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * Brings the circuits of a pool to what is wanted: builds what is missing, side by side, races another circuit against one
 * that is slow to build, and has retired what is not needed any more (D15, D5).
 *
 * <p>Failed attempts are repeated with other hops: at once at first, with growing pauses after many failures in a row.
 * Engine thread only.
 */
final class PoolUpkeep {
    /** How often wants, ages and candidates are looked at when nothing else happens. */
    static final long LOOK_NANOS = 1_000_000_000L;
    /** For so long after one circuit fell silent others are judged by whether they have answered since. */
    private static final long SUSPICION_NANOS = 5_000_000_000L;
    /** Looks that follow each other at once; what is not settled by then waits for the next. */
    private static final int MOST_ROUNDS = 8;

    /** So many exits more are looked for where none of those that are known lets us in. */
    private static final int MORE_EXITS = 3;

    private final CircuitSettings settings;
    private final PeerTable peers;
    private final PathSelector selector;
    private final Deadlines deadlines;
    private final CircuitNetworkClient client;
    private final Isolation isolation;
    private final HttpCircuits http;
    private final Wear wear;
    private final Retirement retirement;
    private final Room room;
    private final BuildPace pace;
    private long suspicionNanos = Long.MIN_VALUE / 2;
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
        this.pace = new BuildPace(settings, deadlines);
        this.http = new HttpCircuits(this, isolation, client, selector, peers, deadlines);
        this.wear = new Wear(settings, client.limits(), deadlines);
        this.retirement = new Retirement(this, client, isolation, http, wear, deadlines);
        this.room = new Room(this, settings, client, isolation, http, wear, retirement);
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
        if (running && isLacking()) {
            if (peers.exitsWanted() > 0 && selector.hasUntriedExit(client.circuits())) {
                pace.resume();
            }
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
        pace.succeeded();
        lookNow();
    }

    /** A circuit has ended. */
    void onClosed(Circuit circuit, CloseReason reason) {
        if (circuit.buildNanos() == 0 && reason != CloseReason.UNNEEDED) {
            pace.failed(circuit.hops() > 0);
        }
        lookNow();
    }

    /**
     * The best ready circuit that may carry a lane and is no lane's primary; where there is none, the one that is kept for
     * flows without a key though there are none.
     */
    @Nullable
    Circuit bestStandby(Lane lane) {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.carriesData())
                .filter(circuit -> circuit.goalHops() == lane.hops())
                .filter(circuit ->
                        !isolation.isPrimary(circuit) || (isolation.isIdle(circuit) && !lane.equals(isolation.usual())))
                .filter(circuit -> circuit.mayCarry(lane.isolationKey()))
                .min(Comparator.comparing(isolation::isIdle).thenComparing(bestFirst()))
                .orElse(null);
    }

    /** The sound before the doubtful, and among them the quick before the slow. */
    Comparator<Circuit> bestFirst() {
        return Comparator.comparing(this::isReplaced)
                .thenComparing(Circuit::isSuspect)
                .thenComparing(this::isSilentSinceSuspicion)
                .thenComparing(circuit -> circuit.health.quality().isDoubtful())
                .thenComparing(Circuit::rttNanos);
    }

    /** A circuit has fallen silent, and the others are asked for a sign of life. */
    void suspected() {
        suspicionNanos = deadlines.nowNanos();
    }

    /** Whether a circuit has not answered since another fell silent: what is the matter there may be so here. */
    private boolean isSilentSinceSuspicion(Circuit circuit) {
        boolean isLately = deadlines.nowNanos() - suspicionNanos < SUSPICION_NANOS;
        return isLately && circuit.health.lastAuthenticatedNanos() < suspicionNanos;
    }

    /** How many circuits are wanted of each number of hops: primaries first, then standbys for each, as far as there is room. */
    Map<Integer, Integer> wanted() {
        Map<Integer, Integer> wanted = new LinkedHashMap<>();
        wanted.put(isolation.usual().hops(), 0); // what most flows need comes first
        isolation.hopCounts().forEach(hops -> wanted.putIfAbsent(hops, 0));
        int left = settings.maxCircuits();
        for (Map.Entry<Integer, Integer> entry : wanted.entrySet()) {
            int primaries = Math.min(left, isolation.primariesWanted(entry.getKey()));
            entry.setValue(primaries);
            left -= primaries;
        }
        for (Map.Entry<Integer, Integer> entry : wanted.entrySet()) {
            int standbys = Math.min(left, settings.standbys());
            entry.setValue(entry.getValue() + standbys);
            left -= standbys;
        }
        return wanted;
    }

    /** Circuits that count towards what is wanted: not those that are being replaced, spent on a key, or slow to come. */
    int alive(int hops) {
        int alive = 0;
        for (Circuit circuit : client.circuits()) {
            boolean serves = isolation.isPrimary(circuit) || isolation.isSpare(circuit);
            boolean counts = serves && circuit.goalHops() == hops && circuit.carriesData();
            alive += counts && !isReplaced(circuit) && !circuit.isSlow() ? 1 : 0;
        }
        return alive;
    }

    private boolean isLacking() {
        for (Map.Entry<Integer, Integer> entry : wanted().entrySet()) {
            if (alive(entry.getKey()) < entry.getValue()) {
                return true;
            }
        }
        return false;
    }

    /** Whether another circuit is to take the place of this one. */
    boolean isReplaced(Circuit circuit) {
        return isUnsound(circuit) || wear.isWorn(circuit);
    }

    /** Whether a circuit does not answer, or does not do its part. */
    static boolean isUnsound(Circuit circuit) {
        return circuit.health.isFailing() || circuit.health.quality().isPoor();
    }

    /** Brings circuits to what is wanted. What ends meanwhile has it look once more, after this look. */
    private void fill() {
        if (filling) {
            fillAgain = true;
            return;
        }
        filling = true;
        int rounds = 0;
        try {
            do {
                fillAgain = false;
                fillOnce();
            } while (fillAgain && running && ++rounds < MOST_ROUNDS);
        } finally {
            filling = false;
        }
    }

    private void fillOnce() {
        if (look != null) {
            look.cancel();
        }
        long now = deadlines.nowNanos();
        long next = now + LOOK_NANOS;
        if (now < pace.pausedUntilNanos()) {
            next = Math.min(next, pace.pausedUntilNanos());
        } else if (peers.confirmedCount() >= settings.minPeers()) {
            buildForHttp();
            wanted().forEach(this::build);
        }
        retirement.retire();
        http.retire();
        if (running) {
            look = deadlines.at(next, this::fill);
        }
    }

    private void buildForHttp() {
        Path forHttp = http.missingPath(settings.hops());
        if (forHttp != null && room.makeForExchange()) {
            client.build(forHttp);
        }
    }

    /** Whether a circuit that others could take over may be spent on a key that has one: what is wanted has room besides. */
    boolean maySpend() {
        int taken = retirement.spent();
        for (int wanted : wanted().values()) {
            taken += wanted;
        }
        return taken < settings.maxCircuits();
    }

    private void build(int hops, int wanted) {
        int beingBuilt = 0;
        int slow = 0;
        for (Circuit circuit : client.circuits()) {
            if (circuit.state() == Circuit.State.EXTENDING && circuit.goalHops() == hops) {
                // What must be waited for though it hardly comes takes up no place.
                beingBuilt += circuit.isOverdue() && !circuit.mayBeGivenUp() ? 0 : 1;
                slow += circuit.isSlow() ? 1 : 0;
            }
        }
        int primaries = isolation.primariesWanted(hops);
        boolean isUrgent = retirement.ready(hops) < primaries;
        Need need = pace.need(isUrgent, slow);
        int most = pace.most(wanted, isUrgent);
        int canWait = room.lanesThatCanWait(hops);
        for (int missing = wanted - alive(hops); missing > 0; missing--) {
            if (need == Need.URGENT && !selector.hasUntriedExit(client.circuits())) {
                peers.wantExits(peers.exits() + MORE_EXITS);
            }
            if (beingBuilt >= most) {
                Circuit overdue = isUrgent && pace.mayHurry() ? longestOverdue(hops) : null;
                if (overdue == null) {
                    return;
                }
                client.giveUp(overdue);
                beingBuilt--;
            }
            Path path = selector.path(hops, client.circuits(), need);
            boolean forPrimary = missing - canWait > wanted - primaries;
            if (path == null || !room.make(hops, forPrimary)) {
                return;
            }
            client.build(path);
            beingBuilt++;
        }
    }

    /** Of the circuits being built one that has been slow for so long that its place is worth more than what may come yet. */
    private @Nullable Circuit longestOverdue(int hops) {
        return client.circuits().stream()
                .filter(circuit -> circuit.goalHops() == hops && circuit.mayBeGivenUp())
                .filter(circuit -> !http.needs(circuit))
                .findFirst()
                .orElse(null);
    }
}
