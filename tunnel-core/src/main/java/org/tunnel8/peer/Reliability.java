package org.tunnel8.peer;

import org.jspecify.annotations.Nullable;

/**
 * Standing of one public key: what it did and failed to do, per role, with older evidence fading (FR-018b, D11).
 *
 * <p>A failure that is provably this peer's fault is entered whole; one that any of several hops can have caused is
 * shared among them, and statistics sort them over time. Engine thread only.
 */
public final class Reliability {
    /**
     * After this time evidence weighs half: 30 minutes, a little under the mean uptime of 40 minutes that the network
     * is modelled with, so that a peer's bad hour does not follow it through the day.
     */
    public static final long HALF_LIFE_NANOS = 30L * 60 * 1_000_000_000;

    /** The score of a key about which nothing is known. */
    public static final double UNKNOWN_SCORE = 0.5;

    // One success and one failure are assumed beforehand (Laplace), so that a single event does not decide.
    private static final double PRIOR_WEIGHT = 1;

    /** So many whole failures in a row make a peer unreachable for a while (edge case: high packet loss). */
    public static final int FAILURES_TO_REST = 5;

    /** A peer that has failed so often in a row is let alone for this long: others forget a dead peer in that time. */
    public static final long REST_NANOS = 60_000_000_000L;

    // Made when something is entered: most peers are seen in one role at most.
    private @Nullable Tally introduction;
    private @Nullable Tally relay;
    private @Nullable Tally exit;

    /** Makes the standing of a key about which nothing is known. */
    public Reliability() {}

    /**
     * Enters a success.
     *
     * @param role what the peer was relied on for
     * @param nowNanos the time on the engine's clock
     */
    public void succeeded(PeerRole role, long nowNanos) {
        Tally tally = tallyToEnter(role);
        tally.add(1, 0, nowNanos);
        tally.failuresInARow = 0;
    }

    /**
     * Enters a failure or a share of one.
     *
     * @param role what the peer was relied on for
     * @param share above 0; 1 when it is provably this peer's fault, less when several can have caused it
     * @param nowNanos the time on the engine's clock
     */
    public void failed(PeerRole role, double share, long nowNanos) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of a failure lies above 0 and not above 1, not at " + share);
        }
        Tally tally = tallyToEnter(role);
        tally.add(0, share, nowNanos);
        if (share == 1) {
            tally.failuresInARow++;
            tally.failedNanos = nowNanos;
        }
    }

    /**
     * How likely the peer is to do its part next time, by faded evidence.
     *
     * @param role what it would be relied on for
     * @param nowNanos the time on the engine's clock
     * @return between 0 and 1; {@link #UNKNOWN_SCORE} without evidence
     */
    public double score(PeerRole role, long nowNanos) {
        Tally tally = tally(role);
        if (tally == null) {
            return UNKNOWN_SCORE;
        }
        tally.fade(nowNanos);
        return (tally.successes + PRIOR_WEIGHT) / (tally.successes + tally.failures + 2 * PRIOR_WEIGHT);
    }

    /**
     * How much faded evidence there is.
     *
     * @param role the role it concerns
     * @param nowNanos the time on the engine's clock
     * @return number of events, each weighing half after {@link #HALF_LIFE_NANOS}
     */
    public double evidence(PeerRole role, long nowNanos) {
        Tally tally = tally(role);
        if (tally == null) {
            return 0;
        }
        tally.fade(nowNanos);
        return tally.successes + tally.failures;
    }

    /**
     * How many whole failures came in since the last success in a role.
     *
     * @param role the role
     * @return zero or more
     */
    public int failuresInARow(PeerRole role) {
        Tally tally = tally(role);
        return tally == null ? 0 : tally.failuresInARow;
    }

    /**
     * Tells whether a peer has failed so often in a row that it is let alone for a while. After that it gets one chance
     * at a time until it succeeds.
     *
     * @param role what it would be relied on for
     * @param nowNanos the time on the engine's clock
     * @return true after {@link #FAILURES_TO_REST} whole failures, for {@link #REST_NANOS} since the last
     */
    public boolean isResting(PeerRole role, long nowNanos) {
        Tally tally = tally(role);
        return tally != null && tally.failuresInARow >= FAILURES_TO_REST && nowNanos - tally.failedNanos < REST_NANOS;
    }

    /**
     * Tells whether it has served us as a hop, more often than not. How many peers do is for us to decide.
     *
     * @param nowNanos the time on the engine's clock
     * @return false for a peer that was never used
     */
    boolean hasServed(long nowNanos) {
        return score(PeerRole.RELAY, nowNanos) > UNKNOWN_SCORE || score(PeerRole.EXIT, nowNanos) > UNKNOWN_SCORE;
    }

    /**
     * Tells whether anything was ever entered.
     *
     * @return false for a key about which nothing is known
     */
    public boolean isKnown() {
        return hasEvidence(introduction) || hasEvidence(relay) || hasEvidence(exit);
    }

    private static boolean hasEvidence(@Nullable Tally tally) {
        return tally != null && (tally.successes > 0 || tally.failures > 0);
    }

    private @Nullable Tally tally(PeerRole role) {
        return switch (role) {
            case INTRODUCTION -> introduction;
            case RELAY -> relay;
            case EXIT -> exit;
        };
    }

    private Tally tallyToEnter(PeerRole role) {
        Tally known = tally(role);
        if (known != null) {
            return known;
        }
        Tally made = new Tally();
        switch (role) {
            case INTRODUCTION -> introduction = made;
            case RELAY -> relay = made;
            case EXIT -> exit = made;
        }
        return made;
    }

    private static final class Tally {
        private double successes;
        private double failures;
        private long fadedNanos;
        private int failuresInARow;
        private long failedNanos;

        void add(double success, double failure, long nowNanos) {
            fade(nowNanos);
            successes += success;
            failures += failure;
        }

        void fade(long nowNanos) {
            long elapsed = nowNanos - fadedNanos;
            if (elapsed > 0) {
                double kept = StrictMath.pow(0.5, (double) elapsed / HALF_LIFE_NANOS);
                successes *= kept;
                failures *= kept;
                fadedNanos = nowNanos;
            }
        }
    }
}
