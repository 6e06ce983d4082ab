package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 15: asks the rendezvous point to tie this circuit to the seeder's. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param cookie 20 bytes
 */
public record LinkE2e(int identifier, ByteString cookie) implements CellMessage {
    /** Checks the sizes of the fields. */
    public LinkE2e {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(cookie);
    }

    @Override
    public int messageId() {
        return CellMessageId.LINK_E2E;
    }
}
