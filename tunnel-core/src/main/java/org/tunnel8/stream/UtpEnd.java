package org.tunnel8.stream;

/** Why a stream has ended. */
public enum UtpEnd {
    /** Both sides have finished, each has all bytes of the other, and all that came was read. */
    CLOSED,
    /** The other side has refused or broken off: it sent a RESET. */
    RESET,
    /** Nobody answered in the time for connecting. */
    UNANSWERED,
    /** The other side was there and has acknowledged nothing any more for too long. */
    TIMED_OUT,
    /** {@link UtpStream#reset} on this side. */
    LOCAL,
    /** The flow leaves through another exit from now on; the other side would not know the stream any more. */
    MOVED,
    /** The flow, or what owns the endpoint, was closed. */
    FLOW_CLOSED,
    /** The endpoint has as many streams as it may have; the stream never began. */
    TOO_MANY
}
