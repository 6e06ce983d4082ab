package org.tunnel8.transport.udp;

import java.util.concurrent.TimeUnit;

/** Lets news of one kind through once in ten seconds, and counts what it held back. Reads no clock. Loop thread only. */
final class EventLimiter {
    /** Least time between two: often enough for a user to notice, too seldom to fill a log. */
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private long heldBack;
    private boolean admittedBefore;
    private long admittedNanos;

    /**
     * Notes occurrences.
     *
     * @return how many to tell of now, those held back before included; 0 if it is too early
     */
    long admit(long occurrences, long nowNanos) {
        heldBack += occurrences;
        if (admittedBefore && nowNanos - admittedNanos < INTERVAL_NANOS) {
            return 0;
        }
        long told = heldBack;
        heldBack = 0;
        admittedBefore = true;
        admittedNanos = nowNanos;
        return told;
    }
}
