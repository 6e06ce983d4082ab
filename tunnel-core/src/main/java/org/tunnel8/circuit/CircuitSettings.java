package org.tunnel8.circuit;

import java.time.Duration;

/**
 * How many circuits a client keeps, and of what length. Immutable.
 *
 * @param hops hops of each circuit, 1 to 3
 * @param standbys warm circuits kept beside the primaries (D15)
 * @param maxCircuits the most circuits in all, whatever the number of isolation keys (D15)
 * @param minPeers no circuit is built while fewer peers are known (FR-007, D8)
 * @param ageLimit a circuit older than this is replaced and closed
 * @param trafficLimitBytes a circuit that carried more than this is replaced and closed
 */
public record CircuitSettings(
        int hops, int standbys, int maxCircuits, int minPeers, Duration ageLimit, long trafficLimitBytes) {

    /** The longest path that the network's relay_early limit is meant for. */
    public static final int MAX_HOPS = 3;
    /** D15. */
    public static final int DEFAULT_MAX_CIRCUITS = 8;
    /** FR-007. */
    public static final int DEFAULT_MIN_PEERS = 20;
    /** Exits forget a circuit after an hour (PROTOCOL.md §9); ours is replaced before. */
    public static final Duration DEFAULT_AGE_LIMIT = Duration.ofMinutes(55);
    /** Hops destroy a circuit after 10 GiB (PROTOCOL.md §9), counting headers too; ours is replaced before. */
    public static final long DEFAULT_TRAFFIC_LIMIT_BYTES = 9L << 30;

    /** Checks the numbers. */
    public CircuitSettings {
        if (hops < 1 || hops > MAX_HOPS) {
            throw new IllegalArgumentException("a circuit has 1 to " + MAX_HOPS + " hops, not " + hops);
        }
        if (standbys < 0 || maxCircuits < 1 + standbys) {
            throw new IllegalArgumentException(
                    "one primary and " + standbys + " standbys do not fit into " + maxCircuits + " circuits");
        }
        if (minPeers < 1) {
            throw new IllegalArgumentException("circuits need at least one peer");
        }
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
}
