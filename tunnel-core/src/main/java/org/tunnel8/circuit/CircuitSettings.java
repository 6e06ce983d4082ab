package org.tunnel8.circuit;

import java.time.Duration;
import java.util.Objects;

/**
 * How many circuits a client keeps, of what length, and over whom. Immutable.
 *
 * @param hops hops of each circuit, 1 to 3, unless a flow asks for another number
 * @param standbys warm circuits kept beside the primaries, for each number of hops in use (D15)
 * @param maxCircuits the most circuits in all, whatever the number of isolation keys (D15)
 * @param minPeers no circuit is built while fewer peers are known (FR-007, D8)
 * @param ageLimit no circuit gets older than this if another can take its place; that is built some time before
 * @param trafficLimitBytes no circuit carries more than this if another can take its place; that is built some time before
 * @param spread whether flows are spread over all ready circuits instead of going over the primary alone (D15)
 * @param rules who may be a hop
 */
public record CircuitSettings(
        int hops,
        int standbys,
        int maxCircuits,
        int minPeers,
        Duration ageLimit,
        long trafficLimitBytes,
        boolean spread,
        HopRules rules) {

    /** The longest path that the network's relay_early limit is meant for. */
    public static final int MAX_HOPS = 3;
    /** D15. */
    public static final int DEFAULT_MAX_CIRCUITS = 8;
    /** FR-007. */
    public static final int DEFAULT_MIN_PEERS = 20;
    /** Exits forget a circuit after an hour (PROTOCOL.md §9); ours is replaced before. */
    public static final Duration DEFAULT_AGE_LIMIT = Duration.ofMinutes(58);
    /** Hops destroy a circuit after 10 GiB (PROTOCOL.md §9), counting headers too; ours is replaced before. */
    public static final long DEFAULT_TRAFFIC_LIMIT_BYTES = (9L << 30) + (1L << 29);

    /** Checks the numbers. */
    public CircuitSettings {
        Objects.requireNonNull(rules);
        requireHops(hops);
        if (standbys < 0 || maxCircuits < 1 + standbys) {
            throw new IllegalArgumentException(
                    "one primary and " + standbys + " standbys do not fit into " + maxCircuits + " circuits");
        }
        if (minPeers < 1) {
            throw new IllegalArgumentException("circuits need at least one peer");
        }
    }

    /**
     * Settings without rules about hops, and with one primary.
     *
     * @param hops hops of each circuit, 1 to 3
     * @param standbys warm circuits kept beside the primaries
     * @param maxCircuits the most circuits in all
     * @param minPeers no circuit is built while fewer peers are known
     * @param ageLimit the age by which a circuit is replaced
     * @param trafficLimitBytes the traffic by which a circuit is replaced
     */
    public CircuitSettings(
            int hops, int standbys, int maxCircuits, int minPeers, Duration ageLimit, long trafficLimitBytes) {
        this(hops, standbys, maxCircuits, minPeers, ageLimit, trafficLimitBytes, false, HopRules.NONE);
    }

    /**
     * Settings with the limits of the network.
     *
     * @param hops hops of each circuit, 1 to 3
     * @param standbys warm circuits kept beside the primaries
     * @param minPeers no circuit is built while fewer peers are known
     * @return the settings
     */
    public static CircuitSettings of(int hops, int standbys, int minPeers) {
        return new CircuitSettings(
                hops,
                standbys,
                Math.max(DEFAULT_MAX_CIRCUITS, 1 + standbys),
                minPeers,
                DEFAULT_AGE_LIMIT,
                DEFAULT_TRAFFIC_LIMIT_BYTES);
    }

    /**
     * Checks a number of hops.
     *
     * @param hops the number
     * @return the same
     * @throws IllegalArgumentException if circuits cannot have so many, with a message for the user
     */
    public static int requireHops(int hops) {
        if (hops < 1 || hops > MAX_HOPS) {
            throw new IllegalArgumentException("a circuit has 1 to " + MAX_HOPS + " hops, not " + hops);
        }
        return hops;
    }

    /**
     * The same with other rules about who may be a hop.
     *
     * @param others the rules
     * @return the settings
     */
    public CircuitSettings withRules(HopRules others) {
        return new CircuitSettings(hops, standbys, maxCircuits, minPeers, ageLimit, trafficLimitBytes, spread, others);
    }

    /**
     * The same with flows spread over all ready circuits, or not.
     *
     * @param spreadFlows whether they are
     * @return the settings
     */
    public CircuitSettings withSpread(boolean spreadFlows) {
        return new CircuitSettings(
                hops, standbys, maxCircuits, minPeers, ageLimit, trafficLimitBytes, spreadFlows, rules);
    }
}
