package org.tunnel8.time;

/**
 * Allows so many actions per second on average, and a burst after a quiet while.
 *
 * <p>Engine thread only.
 */
public final class TokenBucket {
    private final Deadlines deadlines;
    private final long nanosPerToken;
    private final long fullNanos;
    private long emptyAtNanos;

    /**
     * Makes a full bucket.
     *
     * @param deadlines the engine's time
     * @param perSecond actions allowed per second; at least 1
     * @param burst actions allowed at once after a quiet while; at least 1
     */
    public TokenBucket(Deadlines deadlines, int perSecond, int burst) {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("a bucket allows at least one action, not " + perSecond + "/" + burst);
        }
        this.deadlines = deadlines;
        this.nanosPerToken = 1_000_000_000L / perSecond;
        this.fullNanos = nanosPerToken * burst;
        this.emptyAtNanos = deadlines.nowNanos() - fullNanos;
    }

    /**
     * Takes one action out of the bucket.
     *
     * @return false if there is none left: the action must not be done
     */
    public boolean tryTake() {
        long now = deadlines.nowNanos();
        long start = Math.max(emptyAtNanos, now - fullNanos);
        if (start + nanosPerToken > now) {
            return false;
        }
        emptyAtNanos = start + nanosPerToken;
        return true;
    }
}
