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
    final long startedNanos;
    private @Nullable Deadline timer;

    HopAttempt(PublicKey target, int identifier, EphemeralKey ephemeral, long startedNanos) {
        this.target = target;
        this.identifier = identifier;
        this.ephemeral = ephemeral;
        this.startedNanos = startedNanos;
    }

    void timer(Deadline next) {
        timer = next;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
