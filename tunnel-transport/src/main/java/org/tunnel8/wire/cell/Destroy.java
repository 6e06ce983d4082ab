package org.tunnel8.wire.cell;

import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.CommunityId;

/**
 * Message 8, decoded but not verified: a neighbour gives up a circuit. It travels as a signed packet of its own, never in a cell.
 * {@code PROTOCOL.md §8}.
 *
 * @param community the overlay
 * @param circuitId all 32 bits of the circuit id on this link
 * @param reason 16 bits: one of the constants here, or any other number
 * @param sender the key it claims to come from; it counts only if it is the neighbour's on that circuit
 * @param signedLength how many bytes from the datagram's start the signature covers
 */
public record Destroy(CommunityId community, int circuitId, int reason, PublicKey sender, int signedLength) {
    /** None of the others; what the reference sends when a circuit has reached its traffic limit. */
    public static final int REASON_UNKNOWN = 1;

    /** The node leaves the network. */
    public static final int REASON_SHUTDOWN = 2;

    /** The owner has no more use for the circuit. */
    public static final int REASON_UNNEEDED = 4;

    /** Tribler: the owner's balance doesn't suffice. */
    public static final int REASON_BALANCE = 65535;
}
