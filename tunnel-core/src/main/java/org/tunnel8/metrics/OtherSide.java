package org.tunnel8.metrics;

/**
 * What the other side of a datagram is to this node, as far as it is known where the datagram is handled. It is told by
 * address or circuit id, which anybody can make up: a count, and no proof.
 */
public enum OtherSide {
    /** Somebody who is none of the others: no peer yet, or no peer of ours at all. */
    STRANGER,
    /** A bootstrap server. */
    BOOTSTRAP_SERVER,
    /** A peer of the table, in what is not about a circuit. */
    PEER,
    /** The first hop of a circuit of the node's own. */
    FIRST_HOP,
    /** The hop after this one in somebody else's circuit. */
    NEXT_HOP,
    /** The hop before this one in somebody else's circuit, or its owner. */
    PREVIOUS_HOP
}
