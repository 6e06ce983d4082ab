package org.tunnel8.wire.cell;

import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;

/**
 * Message 28: asks the exit for one plain HTTP exchange. {@code PROTOCOL.md §8, §13}, D9.
 *
 * @param identifier all 32 bits of the number that ties the answer's parts to their question
 * @param target the server
 * @param request what to write to the server, at most 65,535 bytes
 */
public record HttpRequest(int identifier, Address target, ByteString request) implements CellMessage {
    @Override
    public int messageId() {
        return CellMessageId.HTTP_REQUEST;
    }
}
