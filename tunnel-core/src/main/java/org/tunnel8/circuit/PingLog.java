package org.tunnel8.circuit;

import org.jspecify.annotations.Nullable;

/**
 * The latest pings of one circuit: what was sent when, and which of them were answered or given up. Of fixed size. Engine
 * thread only.
 */
final class PingLog {
    /** Pings whose answers are still taken. */
    static final int REMEMBERED = 32;

    /** What an answer belongs to. */
    record Match(long sentNanos, boolean inTime, boolean counts) {}

    private final int[] identifiers = new int[REMEMBERED];
    private final long[] sentNanos = new long[REMEMBERED];
    private final boolean[] counts = new boolean[REMEMBERED];
    private final boolean[] open = new boolean[REMEMBERED];
    private final boolean[] answered = new boolean[REMEMBERED];
    private int sent;
    /** The oldest that may still be open. */
    private int oldest;

    /** A ping has gone out; one that counts says something of the circuit's quality. */
    void sent(int identifier, long nowNanos, boolean itCounts) {
        int slot = sent++ % REMEMBERED;
        identifiers[slot] = identifier;
        sentNanos[slot] = nowNanos;
        counts[slot] = itCounts;
        open[slot] = true;
        answered[slot] = false;
        oldest = Math.max(oldest, sent - REMEMBERED);
    }

    /** Finds the ping that an answer belongs to and closes it; null if there is none, or it was answered before. */
    @Nullable
    Match answered(int identifier) {
        for (int i = Math.max(0, sent - REMEMBERED); i < sent; i++) {
            int slot = i % REMEMBERED;
            if (identifiers[slot] == identifier && !answered[slot]) {
                boolean inTime = open[slot];
                answered[slot] = true;
                open[slot] = false;
                return new Match(sentNanos[slot], inTime, counts[slot]);
            }
        }
        return null;
    }

    /** Closes one ping that was sent before a time and not answered; null if there is none. */
    @Nullable
    Match expired(long beforeNanos) {
        for (; oldest < sent; oldest++) {
            int slot = oldest % REMEMBERED;
            if (!open[slot]) {
                continue;
            }
            if (sentNanos[slot] > beforeNanos) {
                return null;
            }
            open[slot] = false;
            return new Match(sentNanos[slot], false, counts[slot]);
        }
        return null;
    }

    /** When the oldest open ping was sent; {@link Long#MAX_VALUE} if none is open. */
    long oldestOpenNanos() {
        for (int i = Math.max(oldest, 0); i < sent; i++) {
            if (open[i % REMEMBERED]) {
                return sentNanos[i % REMEMBERED];
            }
        }
        return Long.MAX_VALUE;
    }
}
