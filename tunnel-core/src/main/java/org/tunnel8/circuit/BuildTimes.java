package org.tunnel8.circuit;

import org.tunnel8.peer.RttEstimator;

/**
 * How long hops take to be added, learnt from those that were: what an attempt is given before it counts as slow, and
 * before it is given up (D5).
 *
 * <p>An attempt at the first hop is judged by the round trip to that peer, if it is known. Those beyond take a round trip
 * through the circuit so far and one between two nodes that we know nothing of, so they are judged by what such hops took
 * before. Engine thread only.
 */
final class BuildTimes {
    /** Where nothing is known yet: two round trips of 250 ms, as of a node on the other side of the world. */
    static final long GUESS_NANOS = 500_000_000L;
    /** No attempt is slow before: a lost datagram between relays costs half a second, until the create is repeated. */
    static final long LEAST_SLOW_NANOS = 500_000_000L;
    /** No attempt is given up before: one repetition of a create, and room for a busy node. */
    static final long LEAST_WAIT_NANOS = 1_500_000_000L;
    /** The least for a hop that the relay did not offer: it may wait 5 s for a ping of that node first (D5). */
    static final long UNLISTED_WAIT_NANOS = 6_000_000_000L;
    /** A first hop that has not answered for this long is given up. */
    static final long MOST_FIRST_WAIT_NANOS = 4_000_000_000L;
    /** The most an extend is given: the reference's limit for one hop (PROTOCOL.md §9). */
    static final long MOST_WAIT_NANOS = 10_000_000_000L;

    private static final int SLOW_DEVIATIONS = 3;
    private static final int WAIT_TIMES = 4;

    private final RttEstimator first = new RttEstimator();
    private final RttEstimator further = new RttEstimator();
    private final RttEstimator unlisted = new RttEstimator();

    /** What kind of attempt it is. */
    enum Kind {
        /** A create to the first hop. */
        FIRST,
        /** An extend to a hop that the relay has offered, or is likely to know. */
        LISTED,
        /** An extend to a hop that the relay may not know. */
        UNLISTED
    }

    /** A hop has been added. */
    void took(Kind kind, long nanos) {
        of(kind).sample(nanos);
    }

    /**
     * After what time an attempt is slow, so that another circuit may be raced against it.
     *
     * @param kind of the attempt
     * @param rttNanos round trip to where the attempt begins: the first hop, or the last one so far; 0 if it is not known
     */
    long slowNanos(Kind kind, long rttNanos) {
        RttEstimator known = of(kind);
        long usual = known.samples() == 0
                ? Math.max(GUESS_NANOS, 3 * rttNanos)
                : known.smoothedNanos() + SLOW_DEVIATIONS * known.deviationNanos();
        return Math.max(LEAST_SLOW_NANOS, Math.max(usual, 2 * rttNanos));
    }

    /** After what time an attempt is given up. */
    long waitNanos(Kind kind, long rttNanos) {
        long wait = Math.max(LEAST_WAIT_NANOS, WAIT_TIMES * Math.max(slowNanos(kind, rttNanos), rttNanos));
        return switch (kind) {
            case FIRST -> Math.min(MOST_FIRST_WAIT_NANOS, wait);
            case LISTED -> Math.min(MOST_WAIT_NANOS, wait);
            case UNLISTED -> Math.min(MOST_WAIT_NANOS, Math.max(UNLISTED_WAIT_NANOS, wait));
        };
    }

    private RttEstimator of(Kind kind) {
        return switch (kind) {
            case FIRST -> first;
            case LISTED -> further;
            case UNLISTED -> unlisted;
        };
    }
}
