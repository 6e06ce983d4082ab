package org.tunnel8.wire.cell;

/**
 * Message 10: the introduction point agrees. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 */
public record IntroEstablished(int identifier) implements CellMessage {
    /** Checks the sizes of the fields. */
    public IntroEstablished {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.INTRO_ESTABLISHED;
    }
}
