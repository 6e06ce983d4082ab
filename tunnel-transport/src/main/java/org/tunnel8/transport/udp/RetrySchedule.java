package org.tunnel8.transport.udp;

import java.util.concurrent.TimeUnit;

/** When a send that failed for a passing reason is repeated ({@code FR-004}). Immutable. */
final class RetrySchedule {
    /** Retries after the first attempt ({@code FR-004}). */
    static final int MAX_RETRIES = 5;

    /** Wait before the first retry ({@code FR-004}: 100 ms). */
    static final long FIRST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** No wait is longer ({@code FR-004}: 5 s). */
    static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private RetrySchedule() {}

    /**
     * Returns the wait before a retry: 100 ms before the first, and twice as much before each further one, up to 5 s.
     *
     * @param retry 1 for the first retry
     */
    static long delayNanos(int retry) {
        if (retry < 1) {
            throw new IllegalArgumentException("retries are counted from 1: " + retry);
        }
        int doublings = Math.min(retry - 1, 30);
        return Math.min(FIRST_DELAY_NANOS << doublings, LONGEST_DELAY_NANOS);
    }
}
