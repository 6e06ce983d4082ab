package org.tunnel8.wire.cell;

import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;

/**
 * Message 1: a datagram of the application on its way through a circuit. {@code PROTOCOL.md §8}.
 *
 * <p>For the packet path there is {@link DataView}, which allocates nothing.
 *
 * @param destination where the exit sends the payload; {@code 0.0.0.0:0} on the way back
 * @param origin who sent the payload to the exit; {@code 0.0.0.0:0} on the way out
 * @param payload the datagram, any length
 */
public record Data(Address destination, Address origin, ByteString payload) implements CellMessage {
    @Override
    public int messageId() {
        return CellMessageId.DATA;
    }
}
