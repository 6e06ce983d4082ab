package org.tunnel8.wire.cell;

/**
 * Message 6: asks the other end of the circuit for a sign of life. {@code PROTOCOL.md §8}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 */
public record Ping(int identifier) implements CellMessage {
    /** Checks the sizes of the fields. */
    public Ping {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.PING;
    }
}
