package org.tunnel8.circuit;

import org.tunnel8.wire.cell.Destroy;

/** Why an own circuit ended. */
public enum CloseReason {
    /** The first hop did not answer the create in time. */
    FIRST_HOP_SILENT,
    /** An extend was not answered in time (D5: one per circuit and hop). */
    EXTEND_TIMED_OUT,
    /** A hop's answer does not hold cryptographically, or it cannot open its own candidate list (D10). */
    HANDSHAKE_FAILED,
    /** No hop is known to which it could be extended. */
    NO_CANDIDATE,
    /** The first hop has destroyed it. */
    DESTROYED,
    /** Probes went unanswered (D1). */
    UNRESPONSIVE,
    /** It loses, damages or repeats far more than circuits do (D11). */
    MISBEHAVING,
    /** It has reached its age or traffic limit. */
    WORN_OUT,
    /** It is not needed any more. */
    UNNEEDED,
    /** The client stops. */
    SHUTDOWN;

    /** Whether it ended against our will, and not because it has done its part. */
    boolean isFailure() {
        return this != SHUTDOWN && this != UNNEEDED && this != WORN_OUT;
    }

    /** The reason code that a destroy bears (PROTOCOL.md §8). */
    int code() {
        return switch (this) {
            case SHUTDOWN -> Destroy.REASON_SHUTDOWN;
            case UNNEEDED, WORN_OUT -> Destroy.REASON_UNNEEDED;
            default -> Destroy.REASON_UNKNOWN;
        };
    }
}
