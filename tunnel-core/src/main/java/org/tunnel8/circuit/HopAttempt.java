package org.tunnel8.circuit;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.time.Deadline;

/** The pending attempt to add one hop: what was asked, and until when an answer counts. Engine thread only. */
final class HopAttempt {
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
