package org.tunnel8.simulation;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tunnel8.walk.NatType;

/**
 * How a node is connected to the network: directly, or behind one of the kinds of NAT, by the names of
 * RFC 3489.
 */
public enum Placement {
    /** It has a public address of its own. */
    PUBLIC(null),
    /** Whoever sends to its outside address and port gets in. */
    FULL_CONE(NatKind.FULL_CONE),
    /** Whoever has an IP address that it sent to gets in. */
    ADDRESS_RESTRICTED(NatKind.ADDRESS_RESTRICTED),
    /** Only the address and port that it sent to get in. */
    PORT_RESTRICTED(NatKind.PORT_RESTRICTED),
    /** The same, and each address and port that it sends to sees another outside port. */
    SYMMETRIC(NatKind.SYMMETRIC);

    private final @Nullable NatKind kind;

    Placement(@Nullable NatKind kind) {
        this.kind = kind;
    }

    /**
     * Tells whether two nodes, each behind a router of its own, get to know each other if a third introduces one to the
     * other and has that one send a puncture (PROTOCOL.md §4). It makes no difference which of the two asked.
     *
     * <p>A symmetric NAT uses a port that the introducer has not seen. So the other side must let in a port that it never
     * sent to, or nobody gets in.
     *
     * @param other how the other is connected
     * @return true for all but a symmetric NAT towards a port-restricted or symmetric one
     */
    public boolean canConnectTo(Placement other) {
        return !(this == SYMMETRIC && other.filtersPorts()) && !(other == SYMMETRIC && filtersPorts());
    }

    /** The kind of NAT; null for a public address. */
    @Nullable
    NatKind natKind() {
        return kind;
    }

    /** What a node there should find out about itself. */
    NatType natType() {
        return switch (this) {
            case PUBLIC -> NatType.OPEN;
            case FULL_CONE, ADDRESS_RESTRICTED, PORT_RESTRICTED -> NatType.CONE;
            case SYMMETRIC -> NatType.SYMMETRIC;
        };
    }

    private boolean filtersPorts() {
        return this == PORT_RESTRICTED || this == SYMMETRIC;
    }

    /**
     * The name in reports and documents.
     *
     * @return as in {@code port-restricted}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
