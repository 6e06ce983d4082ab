package org.tunnel8.circuit;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.time.Deadlines;

/**
 * Takes circuits out of use that are worn, unsound or too many, and closes none that still carries traffic without need.
 *
 * <p>A worn or unsound primary first hands its place to another circuit, so that new flows go there, if there is one or
 * room for one. Then it is left to those that are on it, until they have ended or fallen quiet, or its limits are
 * reached. Engine thread only.
 */
final class Retirement {
    /** A circuit over which no application data went for so long carries nothing. */
    static final long QUIET_NANOS = 30_000_000_000L;

    /** What was sent before its flow moved is back by then, or lost. */
    static final long IN_FLIGHT_NANOS = 3_000_000_000L;

    private final PoolUpkeep upkeep;
    private final CircuitNetworkClient client;
    private final Isolation isolation;
    private final HttpCircuits http;
    private final Wear wear;
    private final Deadlines deadlines;

    Retirement(
            PoolUpkeep upkeep,
            CircuitNetworkClient client,
            Isolation isolation,
            HttpCircuits http,
            Wear wear,
            Deadlines deadlines) {
        this.upkeep = upkeep;
        this.client = client;
        this.isolation = isolation;
        this.http = http;
        this.wear = wear;
        this.deadlines = deadlines;
    }

    void retire() {
        for (Circuit circuit : List.copyOf(client.circuits())) {
            if (circuit.state() == Circuit.State.READY && upkeep.isReplaced(circuit)) {
                replace(circuit);
            }
        }
        retireSurplus();
    }

    CloseReason reasonToReplace(Circuit circuit) {
        if (circuit.health.isFailing()) {
            return CloseReason.UNRESPONSIVE;
        }
        return circuit.health.quality().isPoor() ? CloseReason.MISBEHAVING : CloseReason.WORN_OUT;
    }

    private void replace(Circuit circuit) {
        Lane lane = isolation.laneServedBy(circuit);
        if (lane != null) {
            Circuit successor = upkeep.bestStandby(lane);
            if (successor == null || upkeep.isReplaced(successor)) {
                return;
            }
            isolation.makePrimary(lane, successor);
        } else if (!hasSoundLike(circuit)) {
            return; // a standby in doubt is better than none
        }
        if (circuit.health.isFailing()) {
            return; // it will be torn down, or recover and be surplus
        }
        if (isQuiet(circuit) || wear.isSpent(circuit)) {
            client.close(circuit, reasonToReplace(circuit));
        }
    }

    /** Whether a circuit can be closed without anybody's loss. */
    boolean isQuiet(Circuit circuit) {
        long now = deadlines.nowNanos();
        long quietNanos = now - circuit.lastDataNanos();
        if (circuit.exchanges() > 0) {
            return false;
        }
        // What still comes to one that was left is the outside's doing, or the exit's, who may have reasons to go on.
        boolean isLeft =
                !circuit.isRidden() && (quietNanos >= IN_FLIGHT_NANOS || now - circuit.leftNanos() >= QUIET_NANOS);
        return isLeft || quietNanos >= QUIET_NANOS;
    }

    /**
     * A primary that is to be replaced and carries nothing, or has reached its limit, at which a hop would end it soon without a
     * word: where there is no other room, its successor is built in its place. Null if there is none.
     */
    @Nullable
    Circuit primaryToReplace(int hops) {
        return client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && circuit.goalHops() == hops)
                .filter(circuit -> isolation.isPrimary(circuit) && upkeep.isReplaced(circuit))
                .filter(circuit -> !circuit.health.isFailing() && (isQuiet(circuit) || wear.isSpent(circuit)))
                .findFirst()
                .orElse(null);
    }

    private boolean hasSoundLike(Circuit circuit) {
        for (Circuit other : client.circuits()) {
            if (other.state() == Circuit.State.READY
                    && other.goalHops() == circuit.goalHops()
                    && !upkeep.isReplaced(other)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Closes circuits that are spent on a key and not its primary any more, those that have lost a race, and standbys
     * beyond what is wanted, which are left when a circuit that was being replaced has recovered.
     */
    private void retireSurplus() {
        for (Circuit circuit : List.copyOf(client.circuits())) {
            if (isSpent(circuit) && !circuit.isRidden() && !upkeep.isReplaced(circuit) && !http.keeps(circuit)) {
                client.close(circuit, CloseReason.UNNEEDED);
            }
        }
        upkeep.wanted().forEach((hops, wanted) -> {
            for (Circuit slow : List.copyOf(client.circuits())) {
                if (slow.isSlow() && slow.goalHops() == hops && isAhead(hops, wanted) && !http.needs(slow)) {
                    client.close(slow, CloseReason.UNNEEDED);
                }
            }
            Circuit least = leastUseful(hops);
            while (least != null && upkeep.alive(hops) > wanted) {
                client.close(least, CloseReason.UNNEEDED);
                least = leastUseful(hops);
            }
        });
        for (Circuit circuit : List.copyOf(client.circuits())) {
            boolean isOfUse = upkeep.wanted().containsKey(circuit.goalHops())
                    || circuit.isRidden()
                    || isolation.isPrimary(circuit)
                    || http.keeps(circuit);
            if (!isOfUse) {
                client.close(circuit, CloseReason.UNNEEDED);
            }
        }
    }

    /** Whether a circuit has carried a key's traffic and is not its primary, so that nobody can take it over. */
    private boolean isSpent(Circuit circuit) {
        return circuit.state() == Circuit.State.READY
                && circuit.carriesData()
                && !isolation.isPrimary(circuit)
                && !isolation.isSpare(circuit);
    }

    /** How many circuits have carried a key's traffic and are not its primary. */
    int spent() {
        return (int) client.circuits().stream().filter(this::isSpent).count();
    }

    /** Of those the one that fewest flows ride; they have their key's primary. Null if there is none. */
    @Nullable
    Circuit leastRiddenOfSpent() {
        return client.circuits().stream()
                .filter(this::isSpent)
                .min(Comparator.comparing(Circuit::riders))
                .orElse(null);
    }

    /** Whether as many circuits as are wanted are ready, so that none that is slow to come is waited for. */
    private boolean isAhead(int hops, int wanted) {
        return ready(hops) >= wanted;
    }

    /** How many circuits of a number of hops are ready and sound, and serve or can serve flows. */
    int ready(int hops) {
        int ready = 0;
        for (Circuit circuit : client.circuits()) {
            boolean counts = circuit.state() == Circuit.State.READY && circuit.goalHops() == hops;
            boolean serves = isolation.isPrimary(circuit) || isolation.isSpare(circuit);
            ready += counts && serves && circuit.carriesData() && !upkeep.isReplaced(circuit) ? 1 : 0;
        }
        return ready;
    }

    /** The circuit of a number of hops that can be spared most easily; null if none can. */
    @Nullable
    Circuit leastUseful(int hops) {
        Comparator<Circuit> building = Comparator.comparing(circuit -> circuit.state() == Circuit.State.EXTENDING);
        return client.circuits().stream()
                .filter(circuit -> circuit.goalHops() == hops && circuit.carriesData() && !circuit.isSlow())
                .filter(circuit -> !circuit.isRidden() && !isolation.isPrimary(circuit))
                .filter(circuit -> !upkeep.isReplaced(circuit) && !http.keeps(circuit) && !http.needs(circuit))
                .max(building.thenComparing(upkeep.bestFirst()))
                .orElse(null);
    }
}
