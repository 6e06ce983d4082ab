package org.tunnel8.circuit;

/** How hops are drawn: usually for variety; where most are full or gone, so that a circuit comes up at all. */
enum Need {
    /** Circuits come up: who has let us in before is nothing special. */
    USUAL,
    /**
     * Attempts fail, but flows have something to ride: of those that fewest circuits of ours use, rather one that has let us
     * in lately.
     */
    SPARING,
    /** Attempts fail and flows wait: rather one that has let us in lately, though other circuits of ours use it too. */
    URGENT
}
