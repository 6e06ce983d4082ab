package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 14: the seeder's answer. It has no circuit id even on paper. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param ephemeralKey Y: the ephemeral Curve25519 public key, as it came; 32 bytes if it is of any use
 * @param auth 32 bytes that prove knowledge of the ephemeral keys' shared secret
 * @param sealedRendezvousInfo a layer over a {@link RendezvousInfo}, direction forward
 */
public record CreatedE2e(int identifier, ByteString ephemeralKey, ByteString auth, ByteString sealedRendezvousInfo)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public CreatedE2e {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkAuth(auth);
    }

    @Override
    public int messageId() {
        return CellMessageId.CREATED_E2E;
    }
}
