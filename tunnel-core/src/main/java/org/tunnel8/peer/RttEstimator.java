package org.tunnel8.peer;

/**
 * Round trip of one path, smoothed, with its mean deviation, by the rules of RFC 6298.
 *
 * <p>Engine thread only. Only exchanges whose answer names the request it belongs to may be fed in, so that a repeated
 * request never blurs a sample.
 */
public final class RttEstimator {
    /** The deviation at which a peer counts as half as steady: as much as a round trip across a continent. */
    public static final long HALF_STEADY_NANOS = 100_000_000L;

    /** Before so many samples a deviation is mostly the guess that the first one is taken with. */
    private static final int LEAST_SAMPLES = 4;

    private static final int SMOOTHING_SHIFT = 3;
    private static final int DEVIATION_SHIFT = 2;
    private static final int DEVIATIONS_IN_TIMEOUT = 4;

    private long smoothedNanos;
    private long deviationNanos;
    private long samples;

    /** Makes an estimator without samples. */
    public RttEstimator() {}

    /**
     * Takes in one measured round trip.
     *
     * @param rttNanos nanoseconds between a request and its answer; negative values count as zero
     */
    public void sample(long rttNanos) {
        long rtt = Math.max(0, rttNanos);
        if (samples == 0) {
            smoothedNanos = rtt;
            deviationNanos = rtt / 2;
        } else {
            long error = rtt - smoothedNanos;
            deviationNanos += (Math.abs(error) - deviationNanos) >> DEVIATION_SHIFT;
            smoothedNanos += error >> SMOOTHING_SHIFT;
        }
        samples++;
    }

    /**
     * How many round trips were measured.
     *
     * @return zero or more
     */
    public long samples() {
        return samples;
    }

    /**
     * The smoothed round trip.
     *
     * @return nanoseconds; 0 without a sample
     */
    public long smoothedNanos() {
        return smoothedNanos;
    }

    /**
     * How far round trips lie from the smoothed one, on average.
     *
     * @return nanoseconds; 0 without a sample
     */
    public long deviationNanos() {
        return deviationNanos;
    }

    /**
     * How long to wait for an answer before it counts as late: the smoothed round trip and four deviations.
     *
     * @param leastNanos the shortest wait, and the wait while nothing is measured
     * @param mostNanos the longest wait
     * @return nanoseconds between the two
     */
    public long timeoutNanos(long leastNanos, long mostNanos) {
        long wait = smoothedNanos + DEVIATIONS_IN_TIMEOUT * deviationNanos;
        return Math.max(leastNanos, Math.min(mostNanos, wait));
    }

    /**
     * How even the round trips are. Only their variation counts and not their length: whoever preferred near peers would
     * tell where he is by whom he chooses (FR-018b).
     *
     * @return 1 for a peer that always answers after the same time or of which too little is known; half of it at a
     *     deviation of {@link #HALF_STEADY_NANOS}, less beyond
     */
    public double steadiness() {
        return samples < LEAST_SAMPLES ? 1 : (double) HALF_STEADY_NANOS / (HALF_STEADY_NANOS + deviationNanos);
    }
}
