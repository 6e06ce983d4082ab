package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 3: a node has become the first hop. {@code PROTOCOL.md §7, §8}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param ephemeralKey Y: the ephemeral Curve25519 public key, as it came; 32 bytes if it is of any use
 * @param auth 32 bytes that prove knowledge of the ephemeral keys' shared secret
 * @param sealedCandidates a layer over a {@link CandidateList}, direction forward
 */
public record Created(int identifier, ByteString ephemeralKey, ByteString auth, ByteString sealedCandidates)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public Created {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkAuth(auth);
    }

    @Override
    public int messageId() {
        return CellMessageId.CREATED;
    }
}
