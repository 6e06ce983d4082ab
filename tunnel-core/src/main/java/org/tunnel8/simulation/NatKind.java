package org.tunnel8.simulation;

/** The four kinds of NAT, by what they map and whom they let in (RFC 3489 §5, edge case 2). */
public enum NatKind {
    /** One outside port for each inside port, open to everybody. */
    FULL_CONE(false),
    /** One outside port for each inside port, open to addresses that something was sent to. */
    ADDRESS_RESTRICTED(false),
    /** One outside port for each inside port, open to addresses and ports that something was sent to. */
    PORT_RESTRICTED(false),
    /** Another outside port, which nobody can guess, for each target; open to that target alone. */
    SYMMETRIC(true);

    private final boolean perTarget;

    NatKind(boolean perTarget) {
        this.perTarget = perTarget;
    }

    boolean perTarget() {
        return perTarget;
    }
}
