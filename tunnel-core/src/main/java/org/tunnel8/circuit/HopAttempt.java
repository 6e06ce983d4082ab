package org.tunnel8.circuit;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.time.Deadline;

/** The pending attempt to add one hop: what was asked, and until when an answer counts. Engine thread only. */
final class HopAttempt {
    /** No attempt is overdue before: a datagram may be lost, and what repeats it waits for half a second. */
    private static final long LEAST_OVERDUE_NANOS = 1_000_000_000L;

    final PublicKey target;
    final int identifier;
    final EphemeralKey ephemeral;
    final BuildTimes.Kind kind;
    final long startedNanos;
    private long slowNanos = Long.MAX_VALUE;
    private @Nullable Deadline timer;
    private @Nullable Deadline slowTimer;

    HopAttempt(PublicKey target, int identifier, EphemeralKey ephemeral, BuildTimes.Kind kind, long startedNanos) {
        this.target = target;
        this.identifier = identifier;
        this.ephemeral = ephemeral;
        this.kind = kind;
        this.startedNanos = startedNanos;
    }

    /** From when on it is slow, and what hears of it then. */
    void slowAt(long nanos, Deadline whoHears) {
        slowNanos = nanos;
        slowTimer = whoHears;
    }

    boolean isSlow(long nowNanos) {
        return nowNanos >= slowNanos;
    }

    /** Whether it has been slow for as long as it took to be slow, and a second at least: an answer hardly comes now. */
    boolean isOverdue(long nowNanos) {
        long overdueNanos = startedNanos + Math.max(LEAST_OVERDUE_NANOS, 2 * (slowNanos - startedNanos));
        return isSlow(nowNanos) && nowNanos >= overdueNanos;
    }

    /** Whether it may be given up before its time: the hop before is not looking for the one that is to be added (D5). */
    boolean mayBeGivenUp() {
        return kind != BuildTimes.Kind.UNLISTED;
    }

    void timer(Deadline next) {
        timer = next;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
        if (slowTimer != null) {
            slowTimer.cancel();
        }
    }
}
