package org.tunnel8.stream;

import org.tunnel8.metrics.Counters.Kind;

/** Why a stream has ended. */
public enum UtpEnd {
    /** Both sides have finished, each has all bytes of the other, and all that came was read. */
    CLOSED(Kind.STREAMS_CLOSED),
    /** The other side has refused or broken off: it sent a RESET. */
    RESET(Kind.STREAMS_RESET),
    /** Nobody answered in the time for connecting. */
    UNANSWERED(Kind.STREAMS_UNANSWERED),
    /** The other side was there and has acknowledged nothing any more for too long. */
    TIMED_OUT(Kind.STREAMS_TIMED_OUT),
    /** {@link UtpStream#reset} on this side. */
    LOCAL(Kind.STREAMS_BROKEN_OFF),
    /** The flow leaves through another exit from now on; the other side would not know the stream any more. */
    MOVED(Kind.STREAMS_MOVED),
    /** The flow, or what owns the endpoint, was closed. */
    FLOW_CLOSED(Kind.STREAMS_FLOW_CLOSED),
    /** The endpoint has as many streams as it may have; the stream never began. */
    TOO_MANY(Kind.STREAMS_TOO_MANY);

    private final Kind counted;

    UtpEnd(Kind counted) {
        this.counted = counted;
    }

    /** As what a stream is counted that has ended so. */
    Kind counted() {
        return counted;
    }
}
