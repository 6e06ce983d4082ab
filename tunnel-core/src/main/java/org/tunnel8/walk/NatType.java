package org.tunnel8.walk;

/** What stands between a node and the Internet, as far as it can be told from within (edge case 2). */
public enum NatType {
    /** Not known yet. */
    UNKNOWN,
    /** Nothing that rewrites addresses: others see the address that the port is bound to. */
    OPEN,
    /** A NAT that shows one port to everybody, whomever it lets in: peers behind most other NATs are reached by punctures. */
    CONE,
    /** A NAT that shows each target another port: a puncture for one port opens none for the next. */
    SYMMETRIC
}
