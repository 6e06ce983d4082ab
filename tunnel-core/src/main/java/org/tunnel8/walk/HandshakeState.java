package org.tunnel8.walk;

/** Where the handshake with one address stands; names as in the specification (FR-009, D2). */
public enum HandshakeState {
    /** Nothing was sent there yet. */
    NONE,
    /** An introduction request is under way. */
    INTRO_REQUEST_SENT,
    /** A signed response to our request came, though from another address than the one asked, which is asked in turn. */
    INTRO_RESPONSE_RECEIVED,
    /** A signed puncture came: the way is open, and the request is repeated at once. */
    PUNCTURE_RECEIVED,
    /** A signed introduction request, or the response to ours, came from the address itself. */
    COMPLETE,
    /** No answer within the limit. */
    FAILED
}
