package org.tunnel8.wire.walk;

/** What a node says of its own reachability ({@code PROTOCOL.md §4}, the two highest flag bits). */
public enum ConnectionType {
    /** Not known, and what any unassigned bit pattern reads as. */
    UNKNOWN(0),
    /** Reachable by anybody. */
    PUBLIC(0x80),
    /** Behind a NAT that gives each destination another port. */
    SYMMETRIC_NAT(0xc0);

    private static final int MASK = 0xc0;

    private final int bits;

    ConnectionType(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }

    static ConnectionType of(int flags) {
        for (ConnectionType type : values()) {
            if (type.bits == (flags & MASK)) {
                return type;
            }
        }
        return UNKNOWN;
    }
}
