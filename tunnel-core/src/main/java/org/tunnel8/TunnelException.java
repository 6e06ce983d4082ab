package org.tunnel8;

import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells the application what failed and what it can do; {@link #kind()} is what to switch on. */
public final class TunnelException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final transient @Nullable TunnelTrouble trouble;

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
        /** No exit is known that performs HTTP exchanges. */
        NO_HTTP_EXIT,
        /** No complete answer to an HTTP request came back: the server is silent, or exits do not pass what it says. */
        HTTP_UNANSWERED,
        /** What came back for an HTTP request is no HTTP answer, or beyond the limits. */
        HTTP_REPLY_REFUSED,
        /** As many HTTP exchanges are running as may be at a time. */
        TOO_MANY_EXCHANGES,
        /** The peer has refused a stream. */
        CONNECTION_REFUSED,
        /** The peer did not answer when a stream was to begin: nobody is there, it speaks no uTP, or its exit cannot reach it. */
        CONNECTION_UNANSWERED,
        /** A stream has ended before it was finished: the peer or the circuit is gone. Connect again, through another exit. */
        CONNECTION_LOST,
        /** As many streams are open as may be at a time. */
        TOO_MANY_CONNECTIONS,
        /** As many leases of direct connections hold as may at a time. */
        TOO_MANY_LEASES,
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
        this(kind, message, cause, null);
    }

    /** For somebody who has waited for the client, with what stands in the way. */
    TunnelException(Kind kind, String message, @Nullable Throwable cause, @Nullable TunnelTrouble trouble) {
        super(message, cause);
        this.kind = kind;
        this.trouble = trouble;
    }

    /** For somebody who has waited for a circuit, with what stands in the way. */
    static TunnelException noCircuit(String what, Optional<TunnelTrouble> trouble) {
        String why = trouble.map(known -> ": " + known.sentence()).orElse("");
        return new TunnelException(Kind.NO_CIRCUIT, what + why, null, trouble.orElse(null));
    }

    /**
     * What failed.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Why the client could not be used, when the wait for it ended.
     *
     * @return the same as {@link TunnelStatus#trouble()} at that moment; empty for kinds other than NO_CIRCUIT, NOT_STARTED,
     *     PORT_UNAVAILABLE and CLOSED, where a circuit came up at the last moment, and after serialization
     */
    public Optional<TunnelTrouble> trouble() {
        return Optional.ofNullable(trouble);
    }
}
