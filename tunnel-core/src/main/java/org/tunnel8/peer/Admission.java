package org.tunnel8.peer;

/** What the peer table made of a sighting. */
public enum Admission {
    /** A peer new to the table. */
    ADDED,
    /** A peer already known; what it says of itself was taken over. */
    UPDATED,
    /**
     * Nothing was changed: the key is known at another address, or the address belongs to another key. A request can be
     * replayed or bear a made-up source, so only an answer from that address will decide; two in a row if it takes the
     * address from a peer that has answered there itself.
     */
    CONTESTED,
    /** The table is full of peers that may not be evicted for this one. */
    REFUSED
}
