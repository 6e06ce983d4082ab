package org.tunnel8.circuit;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the circuits of a pool within their limit: where no circuit can be added, one that can be spared goes first (D15).
 * Engine thread only.
 */
final class Room {
    private final PoolUpkeep upkeep;
    private final CircuitSettings settings;
    private final CircuitNetworkClient client;
    private final Isolation isolation;
    private final HttpCircuits http;
    private final Wear wear;
    private final Retirement retirement;

    Room(
            PoolUpkeep upkeep,
            CircuitSettings settings,
            CircuitNetworkClient client,
            Isolation isolation,
            HttpCircuits http,
            Wear wear,
            Retirement retirement) {
        this.upkeep = upkeep;
        this.settings = settings;
        this.client = client;
        this.isolation = isolation;
        this.http = http;
        this.wear = wear;
        this.retirement = retirement;
    }

    private boolean isThere() {
        return client.circuits().size() < settings.maxCircuits();
    }

    private void closeIfFull(@Nullable Circuit spare) {
        if (spare != null && !isThere()) {
            client.close(spare, CloseReason.UNNEEDED);
        }
    }

    /** Makes room for a circuit over which exchanges are to go; false if there is none. */
    boolean makeForExchange() {
        closeIfFull(http.leastNeeded());
        closeIfFull(retirement.leastUseful(settings.hops()));
        return isThere();
    }

    /**
     * Where no circuit can be added, one that is being replaced has to go first, if it is not what flows rely on. For a
     * primary that is lacking one goes, too, that is kept for exchanges, or that a key has besides its primary. Where that
     * helps nothing, the successor of a primary is built in its own place, once that can be spared.
     *
     * @return false if there is no room
     */
    boolean make(int hops, boolean forPrimary) {
        if (!isThere()) {
            closeReplaced(forPrimary);
        }
        if (forPrimary) {
            closeIfFull(http.leastNeeded());
            if (!isBuilding()) {
                closeIfFull(retirement.leastRiddenOfSpent());
            }
        }
        if (!isThere() && !isBuilding()) {
            closePrimary(hops);
        }
        return isThere();
    }

    private void closeReplaced(boolean forPrimary) {
        client.circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY && upkeep.isReplaced(circuit))
                .filter(circuit -> !isolation.isPrimary(circuit))
                .filter(circuit -> forPrimary || PoolUpkeep.isUnsound(circuit) || retirement.isQuiet(circuit))
                .min(Comparator.comparing(Circuit::isRidden))
                .ifPresent(circuit -> client.close(circuit, retirement.reasonToReplace(circuit)));
    }

    private void closePrimary(int hops) {
        Circuit worn = retirement.primaryToReplace(hops);
        if (worn != null) {
            client.close(worn, retirement.reasonToReplace(worn));
        }
    }

    private boolean isBuilding() {
        return client.circuits().stream().anyMatch(circuit -> circuit.state() == Circuit.State.EXTENDING);
    }

    /**
     * How many lanes lack a primary that will last, and need none at once: a worn circuit serves them as it should, or they
     * have no flows, and their circuit went to others.
     */
    int lanesThatCanWait(int hops) {
        int waiting = 0;
        for (Lane lane : isolation.lanes(hops)) {
            boolean isIdle = isolation.isWithoutFlows(lane) && isolation.primary(lane) == null;
            boolean canWait = isIdle || client.circuits().stream().anyMatch(circuit -> isServedByWorn(lane, circuit));
            waiting += canWait ? 1 : 0;
        }
        return waiting;
    }

    private boolean isServedByWorn(Lane lane, Circuit circuit) {
        Circuit primary = isolation.primary(lane);
        boolean serves = primary == null
                ? circuit.isRidden() && circuit.goalHops() == lane.hops() && circuit.mayCarry(lane.isolationKey())
                : primary == circuit;
        return serves
                && circuit.state() == Circuit.State.READY
                && wear.isWorn(circuit)
                && !PoolUpkeep.isUnsound(circuit);
    }
}
