package org.tunnel8.walk;

/**
 * How many packets that may need a signature check are looked at per second: known senders and strangers apart, so that
 * a flood from new addresses does not keep peers from being heard. Engine thread only.
 *
 * <p>A check takes some 100 microseconds, so that strangers can cost us a twentieth of a core.
 */
final class IntakeLimit {
    private static final double STRANGERS_PER_SECOND = 500;
    private static final int STRANGERS_BURST = 1_000;
    private static final double KNOWN_PER_SECOND = 2_000;
    private static final int KNOWN_BURST = 4_000;

    private final TokenBucket strangers;
    private final TokenBucket known;

    IntakeLimit(long nowNanos) {
        strangers = new TokenBucket(STRANGERS_PER_SECOND, STRANGERS_BURST, nowNanos);
        known = new TokenBucket(KNOWN_PER_SECOND, KNOWN_BURST, nowNanos);
    }

    boolean admits(boolean isKnown, long nowNanos) {
        return (isKnown ? known : strangers).tryTake(nowNanos);
    }
}
