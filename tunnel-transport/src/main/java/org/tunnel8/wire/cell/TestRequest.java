package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 19 or 21: asks the other end for a number of bytes. {@code PROTOCOL.md §8}.
 *
 * @param form which of the two forms the message has
 * @param identifier ties an answer to its question: 16 bits in the form {@code PYTHON}, all 32 in {@code RUST}
 * @param responseSize how many bytes to answer with, 0 to 65535
 * @param data filler, any length
 */
public record TestRequest(SpeedTestForm form, int identifier, int responseSize, ByteString data)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public TestRequest {
        form.checkIdentifier(identifier);
        FieldSizes.checkU16(responseSize);
    }

    @Override
    public int messageId() {
        return form.requestId();
    }
}
