package org.tunnel8.walk;

/**
 * The handshake with one address (FR-009 to FR-013, D2).
 *
 * <pre>
 * state                   | request sent       | puncture          | response from      | response from | request   | limit
 *                         |                    |                   | elsewhere          | the address   | of theirs | reached
 * ------------------------+--------------------+-------------------+--------------------+---------------+-----------+--------
 * NONE                    | INTRO_REQUEST_SENT | -                 | -                  | -             | COMPLETE  | -
 * INTRO_REQUEST_SENT      | same               | PUNCTURE_RECEIVED | INTRO_RESPONSE_... | COMPLETE      | COMPLETE  | FAILED
 * INTRO_RESPONSE_RECEIVED | same               | PUNCTURE_RECEIVED | -                  | COMPLETE      | COMPLETE  | FAILED
 * PUNCTURE_RECEIVED       | same               | -                 | -                  | COMPLETE      | COMPLETE  | FAILED
 * COMPLETE                | same               | -                 | -                  | same          | same      | -
 * FAILED                  | -                  | -                 | -                  | -             | COMPLETE  | -
 * </pre>
 *
 * <p>A dash is an event that does not fit: the state stays, and the caller counts the message and drops it. A signature
 * was checked before any of these events, and a response is one only if it answers an outstanding request (D19).
 * Engine thread only.
 */
public final class HandshakeStateMachine {
    private HandshakeState state = HandshakeState.NONE;

    /** Begins in {@link HandshakeState#NONE}. */
    public HandshakeStateMachine() {}

    /**
     * Where the handshake stands.
     *
     * @return the state
     */
    public HandshakeState state() {
        return state;
    }

    /**
     * An introduction request was sent.
     *
     * @return false if that does not fit
     */
    public boolean requestSent() {
        return switch (state) {
            case NONE -> enter(HandshakeState.INTRO_REQUEST_SENT);
            case INTRO_REQUEST_SENT, INTRO_RESPONSE_RECEIVED, PUNCTURE_RECEIVED, COMPLETE -> true;
            case FAILED -> false;
        };
    }

    /**
     * A signed puncture came from the address.
     *
     * @return false if that does not fit
     */
    public boolean punctureReceived() {
        return awaitsPuncture() && enter(HandshakeState.PUNCTURE_RECEIVED);
    }

    /**
     * Tells whether a puncture would fit.
     *
     * @return true from the first request on until one has come or the handshake has ended
     */
    public boolean awaitsPuncture() {
        return switch (state) {
            case INTRO_REQUEST_SENT, INTRO_RESPONSE_RECEIVED -> true;
            case NONE, PUNCTURE_RECEIVED, COMPLETE, FAILED -> false;
        };
    }

    /**
     * A signed response to our request came from another address than the one asked.
     *
     * @return false if that does not fit
     */
    public boolean responseReceivedFromElsewhere() {
        return state == HandshakeState.INTRO_REQUEST_SENT && enter(HandshakeState.INTRO_RESPONSE_RECEIVED);
    }

    /**
     * A signed response to our request came from the address that was asked.
     *
     * @return false if that does not fit
     */
    public boolean responseReceived() {
        return switch (state) {
            case INTRO_REQUEST_SENT, INTRO_RESPONSE_RECEIVED, PUNCTURE_RECEIVED, COMPLETE ->
                enter(HandshakeState.COMPLETE);
            case NONE, FAILED -> false;
        };
    }

    /**
     * A signed introduction request of theirs came from the address.
     *
     * @return true: it completes the handshake in every state
     */
    public boolean requestReceived() {
        return enter(HandshakeState.COMPLETE);
    }

    /**
     * The time for the handshake is over.
     *
     * @return false if it was over already
     */
    public boolean limitReached() {
        return switch (state) {
            case INTRO_REQUEST_SENT, INTRO_RESPONSE_RECEIVED, PUNCTURE_RECEIVED -> enter(HandshakeState.FAILED);
            case NONE, COMPLETE, FAILED -> false;
        };
    }

    /**
     * Tells whether an answer is still hoped for.
     *
     * @return false before the first request, once complete, and once failed
     */
    public boolean isUnderWay() {
        return switch (state) {
            case INTRO_REQUEST_SENT, INTRO_RESPONSE_RECEIVED, PUNCTURE_RECEIVED -> true;
            case NONE, COMPLETE, FAILED -> false;
        };
    }

    private boolean enter(HandshakeState next) {
        state = next;
        return true;
    }
}
