package org.tunnel8.wire.walk;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.CommunityId;

/**
 * A walker datagram, decoded but not verified: until {@link WalkCodec#verify} has said yes, the sender is a claim.
 *
 * <p>Immutable.
 *
 * @param community the overlay
 * @param message the message
 * @param sender the key it claims to come from; null exactly for the unsigned kinds
 * @param globalTime the sender's clock, all 64 bits
 * @param signedLength how many bytes from the datagram's start the signature covers
 */
public record WalkPacket(
        CommunityId community,
        WalkMessage message,
        @Nullable PublicKey sender,
        long globalTime,
        int signedLength) {}
