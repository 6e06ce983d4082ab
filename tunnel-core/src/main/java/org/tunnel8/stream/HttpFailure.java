package org.tunnel8.stream;

/** Why an exchange has ended without an answer. */
public enum HttpFailure {
    /** No exit is known that performs exchanges. */
    NO_EXIT,
    /** No circuit to such an exit came up in time. */
    NO_CIRCUIT,
    /** No complete answer came back: the server is silent, or the exit does not pass what it says. */
    UNANSWERED,
    /** What came back breaks the limits, contradicts itself, or is no HTTP. */
    REPLY_REFUSED,
    /** As many exchanges as may be are running. */
    TOO_MANY,
    /** The engine has stopped. */
    STOPPED
}
