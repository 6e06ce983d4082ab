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
        return tryTake(1);
    }

    /**
     * Takes several actions out of the bucket, or none.
     *
     * @param count how many; more than the burst are never there
     * @return false if there are fewer left: the actions must not be done
     */
    public boolean tryTake(int count) {
        long now = deadlines.nowNanos();
        long start = Math.max(emptyAtNanos, now - fullNanos);
        long taken = start + count * nanosPerToken;
        if (taken > now) {
            return false;
        }
        emptyAtNanos = taken;
        return true;
    }

    /**
     * How many actions could be taken out of the bucket now.
     *
     * @return zero to the burst
     */
    public int left() {
        long now = deadlines.nowNanos();
        return (int) ((now - Math.max(emptyAtNanos, now - fullNanos)) / nanosPerToken);
    }
}
