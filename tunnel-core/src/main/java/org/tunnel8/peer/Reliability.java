package org.tunnel8.peer;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

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

    private final Map<PeerRole, Tally> tallies = new EnumMap<>(PeerRole.class);
    private int failuresInARow;

    /** Makes the standing of a key about which nothing is known. */
    public Reliability() {
        for (PeerRole role : PeerRole.values()) {
            tallies.put(role, new Tally());
        }
    }

    /**
     * Enters a success.
     *
     * @param role what the peer was relied on for
     * @param nowNanos the time on the engine's clock
     */
    public void succeeded(PeerRole role, long nowNanos) {
        tally(role).add(1, 0, nowNanos);
        failuresInARow = 0;
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
        tally(role).add(0, share, nowNanos);
        if (share == 1) {
            failuresInARow++;
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
        tally.fade(nowNanos);
        return tally.successes + tally.failures;
    }

    /**
     * How many whole failures came in since the last success, whatever the role.
     *
     * @return zero or more
     */
    public int failuresInARow() {
        return failuresInARow;
    }

    /**
     * Tells whether anything was ever entered.
     *
     * @return false for a key about which nothing is known
     */
    public boolean isKnown() {
        for (Tally tally : tallies.values()) {
            if (tally.successes > 0 || tally.failures > 0) {
                return true;
            }
        }
        return false;
    }

    private Tally tally(PeerRole role) {
        return Objects.requireNonNull(tallies.get(role));
    }

    private static final class Tally {
        private double successes;
        private double failures;
        private long fadedNanos;

        void add(double success, double failure, long nowNanos) {
            fade(nowNanos);
            successes += success;
            failures += failure;
        }

        void fade(long nowNanos) {
            long elapsed = nowNanos - fadedNanos;
            if (elapsed > 0) {
                double kept = Math.pow(0.5, (double) elapsed / HALF_LIFE_NANOS);
                successes *= kept;
                failures *= kept;
                fadedNanos = nowNanos;
            }
        }
    }
}
