package org.tunnel8.wire.cell;

/**
 * Message 16: both circuits are tied. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 */
public record LinkedE2e(int identifier) implements CellMessage {
    /** Checks the sizes of the fields. */
    public LinkedE2e {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.LINKED_E2E;
    }
}
