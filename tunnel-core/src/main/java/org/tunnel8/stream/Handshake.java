package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;

/** When a SYN, or the answer to one, is sent again: after 1, 2, 4 and each 8 s, or sooner if there is reason. Engine thread only. */
final class Handshake {
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_BACKOFF = 3;

    private final long beganNanos;
    private final long limitNanos;
    private long dueNanos;
    private long sentNanos;
    private int sent;

    Handshake(long nowNanos, long limitNanos) {
        this.beganNanos = nowNanos;
        this.limitNanos = limitNanos;
        this.dueNanos = nowNanos;
    }

    /** Whether it is to be sent now; says so once each time. */
    boolean isDue(long nowNanos) {
        if (nowNanos < dueNanos) {
            return false;
        }
        dueNanos = nowNanos + (AGAIN_NANOS << Math.min(MOST_BACKOFF, sent));
        sentNanos = nowNanos;
        sent++;
        return true;
    }

    void atOnce(long nowNanos) {
        dueNanos = nowNanos;
    }

    /** Has it sent again soon, as an answer must have been lost, or comes later. */
    void soon() {
        dueNanos = Math.min(dueNanos, sentNanos + AGAIN_NANOS / 4);
    }

    boolean isOver(long nowNanos) {
        return nowNanos - beganNanos >= limitNanos;
    }

    long dueNanos() {
        return Math.min(dueNanos, beganNanos + limitNanos);
    }

    /** How long the answer took; -1 if it cannot be told which of several was answered. */
    long roundTripNanos(long nowNanos) {
        return sent == 1 ? nowNanos - sentNanos : -1;
    }
}
