package org.tunnel8;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Tells the application what failed and what it can do; {@link #kind()} is what to switch on. */
public final class TunnelException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What failed. */
    public enum Kind {
        /** No port of the configured range can be bound. */
        PORT_UNAVAILABLE,
        /** The identity file cannot be read, written or understood. */
        IDENTITY_UNUSABLE,
        /** No circuit became ready in time. */
        NO_CIRCUIT,
        /** What was asked for is there only after starting. */
        NOT_STARTED,
        /** The client or node is closed, or was closed meanwhile. */
        CLOSED
    }

    /**
     * Makes an exception.
     *
     * @param kind what failed
     * @param message what failed and what to do about it
     * @param cause what caused it, or null
     */
    public TunnelException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * What failed.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
