package org.tunnel8.wire.cell;

import org.tunnel8.wire.IpAddress;

/**
 * Message 12: the rendezvous point agrees. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param rendezvousPoint its own address, as others reach it
 */
public record RendezvousEstablished(int identifier, IpAddress rendezvousPoint) implements CellMessage {
    /** Checks the sizes of the fields. */
    public RendezvousEstablished {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.RENDEZVOUS_ESTABLISHED;
    }
}
