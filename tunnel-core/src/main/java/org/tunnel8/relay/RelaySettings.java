package org.tunnel8.relay;

import java.time.Duration;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * How far a node lets others use it as a hop. Immutable.
 *
 * @param flags the roles this node announces; with none at all it joins no circuit
 * @param maxJoinedCircuits the most entries for others' circuits at a time, a relayed circuit counting twice
 * @param createsPerSecond creates answered per second; each costs two key agreements; at most {@link
 *     #MAX_CREATES_PER_SECOND}
 * @param idleLimit after so long without a sign of life a circuit is forgotten
 * @param ageLimit the longest that a circuit of which this node is the end may live
 * @param extendWindow for so long after the create an extend is honoured
 * @param trafficLimitBytes the most bytes that one circuit may carry
 * @param joining how the places and the creates are shared out among neighbours
 * @param traffic how much of the line others get, an exit's traffic included
 */
public record RelaySettings(
        PeerFlags flags,
        int maxJoinedCircuits,
        int createsPerSecond,
        Duration idleLimit,
        Duration ageLimit,
        Duration extendWindow,
        long trafficLimitBytes,
        JoinLimits joining,
        TrafficLimits traffic) {

    /** The reference's {@code max_joined_circuits} (PROTOCOL.md §8). */
    public static final int DEFAULT_MAX_JOINED_CIRCUITS = 100;
    /** Some 400 µs of processor time each: at most a fifth of one core goes into strangers' creates. */
    public static final int DEFAULT_CREATES_PER_SECOND = 500;
    /** More than any processor answers; what is remembered of a minute's creates stays within some 200 MiB. */
    public static final int MAX_CREATES_PER_SECOND = 100_000;
    /** The reference's {@code max_time_inactive} (PROTOCOL.md §9). */
    public static final Duration DEFAULT_IDLE_LIMIT = Duration.ofSeconds(20);
    /** The reference's {@code max_time} (PROTOCOL.md §9). */
    public static final Duration DEFAULT_AGE_LIMIT = Duration.ofHours(1);
    /** The reference's {@code unstable_timeout} (PROTOCOL.md §8). */
    public static final Duration DEFAULT_EXTEND_WINDOW = Duration.ofSeconds(60);
    /** The reference's {@code max_traffic} (PROTOCOL.md §9). */
    public static final long DEFAULT_TRAFFIC_LIMIT_BYTES = 10L << 30;

    /** Checks the limits. */
    public RelaySettings {
        if (maxJoinedCircuits < 0 || createsPerSecond < 1 || trafficLimitBytes < 1) {
            throw new IllegalArgumentException("limits of a relay are positive");
        }
        if (createsPerSecond > MAX_CREATES_PER_SECOND) {
            throw new IllegalArgumentException("at most " + MAX_CREATES_PER_SECOND + " creates a second");
        }
        if (idleLimit.isNegative() || ageLimit.isNegative() || extendWindow.isNegative()) {
            throw new IllegalArgumentException("durations of a relay are not negative");
        }
    }

    /**
     * Settings with the usual shares of neighbours.
     *
     * @param flags the roles this node announces
     * @param maxJoinedCircuits the most entries for others' circuits at a time, a relayed circuit counting twice
     * @param createsPerSecond creates answered per second
     * @param idleLimit after so long without a sign of life a circuit is forgotten
     * @param ageLimit the longest that a circuit of which this node is the end may live
     * @param extendWindow for so long after the create an extend is honoured
     * @param trafficLimitBytes the most bytes that one circuit may carry
     */
    public RelaySettings(
            PeerFlags flags,
            int maxJoinedCircuits,
            int createsPerSecond,
            Duration idleLimit,
            Duration ageLimit,
            Duration extendWindow,
            long trafficLimitBytes) {
        this(
                flags,
                maxJoinedCircuits,
                createsPerSecond,
                idleLimit,
                ageLimit,
                extendWindow,
                trafficLimitBytes,
                JoinLimits.of(maxJoinedCircuits, createsPerSecond),
                TrafficLimits.NONE);
    }

    /**
     * Other shares of neighbours, and the rest as it is.
     *
     * @param shares how the places and the creates are shared out among neighbours
     * @return the settings
     */
    public RelaySettings withJoining(JoinLimits shares) {
        return new RelaySettings(
                flags,
                maxJoinedCircuits,
                createsPerSecond,
                idleLimit,
                ageLimit,
                extendWindow,
                trafficLimitBytes,
                shares,
                traffic);
    }

    /**
     * Another share of the line for others, and the rest as it is.
     *
     * @param limits how much of the line others get
     * @return the settings
     */
    public RelaySettings withTraffic(TrafficLimits limits) {
        return new RelaySettings(
                flags,
                maxJoinedCircuits,
                createsPerSecond,
                idleLimit,
                ageLimit,
                extendWindow,
                trafficLimitBytes,
                joining,
                limits);
    }

    /**
     * The reference's limits.
     *
     * @param flags the roles this node announces
     * @return settings with every limit at its default
     */
    public static RelaySettings of(PeerFlags flags) {
        return new RelaySettings(
                flags,
                DEFAULT_MAX_JOINED_CIRCUITS,
                DEFAULT_CREATES_PER_SECOND,
                DEFAULT_IDLE_LIMIT,
                DEFAULT_AGE_LIMIT,
                DEFAULT_EXTEND_WINDOW,
                DEFAULT_TRAFFIC_LIMIT_BYTES);
    }
}
