package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 29: one part of what the server answered. {@code PROTOCOL.md §8, §13}.
 *
 * @param identifier all 32 bits of the request's number
 * @param part number of this part, from 0
 * @param total how many parts there are
 * @param chunk the part, at most 65,535 bytes
 */
public record HttpResponse(int identifier, int part, int total, ByteString chunk) implements CellMessage {
    /** Checks the sizes of the fields. */
    public HttpResponse {
        FieldSizes.checkU16(part);
        FieldSizes.checkU16(total);
    }

    @Override
    public int messageId() {
        return CellMessageId.HTTP_RESPONSE;
    }
}
