package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 11: makes the circuit's last hop a rendezvous point. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param cookie 20 bytes
 */
public record EstablishRendezvous(int identifier, ByteString cookie) implements CellMessage {
    /** Checks the sizes of the fields. */
    public EstablishRendezvous {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(cookie);
    }

    @Override
    public int messageId() {
        return CellMessageId.ESTABLISH_RENDEZVOUS;
    }
}
