package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 9: a seeder makes the circuit's last hop its introduction point. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param infoHash 20 bytes: the lookup hash of the swarm
 * @param seederKey the public key the seeder uses for this swarm, as it came
 */
public record EstablishIntro(int identifier, ByteString infoHash, ByteString seederKey) implements CellMessage {
    /** Checks the sizes of the fields. */
    public EstablishIntro {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(infoHash);
    }

    @Override
    public int messageId() {
        return CellMessageId.ESTABLISH_INTRO;
    }
}
