package org.tunnel8.walk;

/** Lets through so many events per second and a burst of them; the rest is refused. Engine thread only. */
final class TokenBucket {
    private static final double NANOS_PER_SECOND = 1e9;

    private final double perNano;
    private final double burst;
    private double tokens;
    private long filledNanos;

    /** A bucket that is full at the start. */
    TokenBucket(double perSecond, int burst, long nowNanos) {
        this.perNano = perSecond / NANOS_PER_SECOND;
        this.burst = burst;
        this.tokens = burst;
        this.filledNanos = nowNanos;
    }

    boolean tryTake(long nowNanos) {
        return tryTake(1, nowNanos);
    }

    /** Takes several at once, or none. */
    boolean tryTake(int count, long nowNanos) {
        tokens = Math.min(burst, tokens + (nowNanos - filledNanos) * perNano);
        filledNanos = nowNanos;
        if (tokens < count) {
            return false;
        }
        tokens -= count;
        return true;
    }
}
