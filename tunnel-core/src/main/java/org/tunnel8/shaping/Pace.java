package org.tunnel8.shaping;

/**
 * Holds what is sent to a rate, with a burst after a quiet while: over any time <i>t</i>, no more than rate times
 * (<i>t</i> + burst) and one datagram.
 *
 * <p>Time is told. Engine thread only.
 */
public final class Pace {
    private static final long SECOND_NANOS = 1_000_000_000L;
    /** Makes up for timers that come late, and is short enough that a second's bytes are a second's. */
    static final long BURST_NANOS = 100_000_000L;

    private final long bytesPerSecond;
    private long paidUntilNanos;

    /**
     * Begins with an empty bucket, so that not even the first second gets more.
     *
     * @param bytesPerSecond the rate; {@link TrafficLimits#UNLIMITED} for none
     * @param nowNanos the time
     */
    public Pace(long bytesPerSecond, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.paidUntilNanos = nowNanos;
    }

    /**
     * Tells whether there is a limit at all.
     *
     * @return false if everything may go at any time
     */
    public boolean isLimited() {
        return bytesPerSecond != TrafficLimits.UNLIMITED;
    }

    /**
     * Tells whether a datagram may go.
     *
     * @param nowNanos the time
     * @return true if it may go at that time
     */
    public boolean isDue(long nowNanos) {
        return paidUntilNanos <= nowNanos;
    }

    /**
     * When the next datagram may go.
     *
     * @return a time, perhaps past
     */
    public long dueNanos() {
        return paidUntilNanos;
    }

    /**
     * Takes account of what goes.
     *
     * @param bytes how much, at most some gigabytes
     * @param nowNanos the time
     */
    public void sent(long bytes, long nowNanos) {
        if (isLimited()) {
            paidUntilNanos = Math.max(paidUntilNanos, nowNanos - BURST_NANOS) + bytes * SECOND_NANOS / bytesPerSecond;
        }
    }
}
