package org.tunnel8.crypto;

/**
 * Hands out the counters of the layers that one side seals in one direction, so that no nonce is used twice under a
 * key (D10).
 *
 * <p>The network's own nodes start both directions at 2 and let the responder seal its candidate list under the
 * owner's key with 2 as well, which is one nonce for two messages. Here the owner's first value is 3, and the candidate
 * list has the 1 that nobody else uses. Received counters are held against nothing: other nodes reset theirs.
 *
 * <p>Engine thread only.
 */
public final class SendCounter {
    /** The counter under which a responder seals its candidate list, with the forward key. */
    public static final long CANDIDATE_LIST_COUNTER = 1;

    private static final long OWNER_FORWARD_FIRST = 3;
    private static final long RESPONDER_BACKWARD_FIRST = 2;

    private long next;

    private SendCounter(long first) {
        this.next = first;
    }

    /**
     * The counter of the cells an owner sends.
     *
     * @return a counter whose first value is 3
     */
    public static SendCounter ownerForward() {
        return new SendCounter(OWNER_FORWARD_FIRST);
    }

    /**
     * The counter of the cells a hop sends back.
     *
     * @return a counter whose first value is 2
     */
    public static SendCounter responderBackward() {
        return new SendCounter(RESPONDER_BACKWARD_FIRST);
    }

    /** A counter that goes on after the last value used elsewhere. */
    static SendCounter after(long last) {
        return new SendCounter(last + 1);
    }

    /**
     * Takes the next counter.
     *
     * @return a value never returned before, one more than the last
     * @throws IllegalStateException if all values up to 2^63 - 1 have been used
     */
    public long next() {
        if (next < 0) {
            throw new IllegalStateException("all counters of this key are used up; build another circuit");
        }
        return next++;
    }
}
