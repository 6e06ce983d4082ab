package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;

/**
 * When a stream says what it has received: at once if the other side can learn something from it, else after two packets at
 * the end of a batch, or 10 ms. Whatever leaves says it as well. Engine thread only.
 */
final class Acknowledgements {
    /** At the start each packet is acknowledged at once, as the other side's window grows with acknowledgements. */
    private static final int QUICK = 32;

    private static final int PACKETS = 2;
    private static final long WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private int quick = QUICK;
    private int pending;
    private boolean atOnce;
    private long dueNanos = Long.MAX_VALUE;

    /** A packet came that was expected. */
    void count(long nowNanos) {
        pending++;
        dueNanos = Math.min(dueNanos, nowNanos + WITHIN_NANOS);
        if (quick > 0) {
            quick--;
            atOnce = true;
        }
    }

    void atOnce() {
        atOnce = true;
    }

    boolean isDue(long nowNanos) {
        return atOnce || pending >= PACKETS || nowNanos >= dueNanos;
    }

    long dueNanos() {
        return dueNanos;
    }

    void said() {
        pending = 0;
        atOnce = false;
        dueNanos = Long.MAX_VALUE;
    }
}
