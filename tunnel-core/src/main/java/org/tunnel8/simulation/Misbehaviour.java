package org.tunnel8.simulation;

/** What a peer of a hostile scenario does that it should not. All of them have bootstrap servers introduce them. */
enum Misbehaviour {
    /** Sends random bytes, with and without the network's prefix, and answers with them. */
    GARBAGE,
    /** Asks and answers in other versions of the protocol, properly signed, and unsigned under others' keys. */
    OTHER_VERSION,
    /** Signs nothing rightly: asks and answers under its own and others' keys with forged signatures. */
    FORGERY,
    /** Asks whom it finds many times a second, each time as somebody else. */
    FLOOD,
    /** Answers properly, and introduces addresses where nobody is or that nobody should send to. */
    FALSE_INTRODUCTIONS,
    /** Sends all of the above with honest peers' addresses as the source. */
    SPOOFING;

    /** Whether nobody can complete a handshake with such a peer, and nobody should believe to have. */
    boolean excludesHandshake() {
        return this == GARBAGE || this == OTHER_VERSION || this == FORGERY;
    }
}
