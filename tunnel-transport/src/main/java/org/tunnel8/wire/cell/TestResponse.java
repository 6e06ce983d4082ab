package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 20 or 22: the bytes asked for. {@code PROTOCOL.md §8}.
 *
 * @param form which of the two forms the message has
 * @param identifier ties an answer to its question: 16 bits in the form {@code PYTHON}, all 32 in {@code RUST}
 * @param data filler, any length
 */
public record TestResponse(SpeedTestForm form, int identifier, ByteString data) implements CellMessage {
    /** Checks the sizes of the fields. */
    public TestResponse {
        form.checkIdentifier(identifier);
    }

    @Override
    public int messageId() {
        return form.responseId();
    }
}
