package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which lanes are in use, and which circuit is the primary of each (D15).
 *
 * <p>A circuit that has carried a key's traffic is that key's for good: what came later could be tied to it by whoever
 * sits at the exit. The lane of flows without a key and with the usual number of hops is always in use. Engine thread
 * only.
 */
final class Isolation {
    private final Lane usual;
    private final Map<Lane, Circuit> primaries = new LinkedHashMap<>();
    private final Map<Lane, Integer> users = new LinkedHashMap<>();

    Isolation(int usualHops) {
        this.usual = Lane.of(null, usualHops);
    }

    /** The lane of flows that ask for nothing special. */
    Lane usual() {
        return usual;
    }

    /** A flow of a lane begins. */
    void acquire(Lane lane) {
        users.merge(lane, 1, Integer::sum);
    }

    /** A flow of a lane ends; true if it was the last, with which the lane's circuit is nobody's primary any more. */
    boolean release(Lane lane) {
        boolean wasLast = users.computeIfPresent(lane, (k, count) -> count == 1 ? null : count - 1) == null;
        if (wasLast && !lane.equals(usual)) {
            primaries.remove(lane);
        }
        return wasLast;
    }

    /** How many hops circuits are wanted with: the usual number, and those of flows. */
    Set<Integer> hopCounts() {
        Set<Integer> counts = new TreeSet<>();
        counts.add(usual.hops());
        users.keySet().forEach(lane -> counts.add(lane.hops()));
        return counts;
    }

    /** The lanes in use of a number of hops. */
    List<Lane> lanes(int hops) {
        List<Lane> lanes = new ArrayList<>();
        if (!users.containsKey(usual)) {
            lanes.add(usual);
        }
        lanes.addAll(users.keySet());
        lanes.removeIf(lane -> lane.hops() != hops);
        return lanes;
    }

    /** How many primaries are needed of a number of hops. */
    int primariesWanted(int hops) {
        return lanes(hops).size();
    }

    @Nullable
    Circuit primary(Lane lane) {
        return primaries.get(lane);
    }

    void makePrimary(Lane lane, Circuit circuit) {
        if (!lane.equals(usual)) {
            primaries.remove(usual, circuit);
        }
        primaries.put(lane, circuit);
    }

    /** Whether a circuit is kept for flows without a key that there may be, and none is there or was. */
    boolean isIdle(Circuit circuit) {
        return circuit.isUnused() && isWithoutFlows(usual) && primaries.get(usual) == circuit;
    }

    /** Whether a lane has no flows; only the one that is always in use can be so. */
    boolean isWithoutFlows(Lane lane) {
        return !users.containsKey(lane);
    }

    boolean isPrimary(Circuit circuit) {
        return primaries.containsValue(circuit);
    }

    /** The lane whose primary a circuit is; null if it is none. */
    @Nullable
    Lane laneServedBy(Circuit circuit) {
        for (Map.Entry<Lane, Circuit> entry : primaries.entrySet()) {
            if (entry.getValue() == circuit) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** Whether there is a flow of a key. */
    boolean isInUse(String isolationKey) {
        for (Lane lane : users.keySet()) {
            if (lane.isolationKey().equals(isolationKey)) {
                return true;
            }
        }
        return false;
    }

    /** A circuit has ended. */
    void remove(Circuit circuit) {
        primaries.values().removeIf(primary -> primary == circuit);
    }

    /** Whether a circuit can take over from any primary of its length, as far as what it carried goes. */
    boolean isSpare(Circuit circuit) {
        return !isPrimary(circuit)
                && (circuit.isUnused() || (servesSharedAlone(circuit) && circuit.mayCarry(Lane.SHARED)));
    }

    /** Whether all flows of a circuit's length are without a key. */
    boolean servesSharedAlone(Circuit circuit) {
        for (Lane lane : users.keySet()) {
            if (lane.hops() == circuit.goalHops() && !lane.isShared()) {
                return false;
            }
        }
        return true;
    }
}
