package org.tunnel8.wire.cell;

/**
 * Message 7: the sign of life. {@code PROTOCOL.md §8}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 */
public record Pong(int identifier) implements CellMessage {
    /** Checks the sizes of the fields. */
    public Pong {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.PONG;
    }
}
