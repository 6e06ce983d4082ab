package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 13: a downloader begins the end-to-end key agreement with a seeder. It has no circuit id even on paper. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param infoHash 20 bytes: the lookup hash of the swarm
 * @param seederKey the public key the seeder uses for this swarm, as it came
 * @param ephemeralKey X: the ephemeral Curve25519 public key, as it came; 32 bytes if it is of any use
 */
public record CreateE2e(int identifier, ByteString infoHash, ByteString seederKey, ByteString ephemeralKey)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public CreateE2e {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(infoHash);
    }

    @Override
    public int messageId() {
        return CellMessageId.CREATE_E2E;
    }
}
