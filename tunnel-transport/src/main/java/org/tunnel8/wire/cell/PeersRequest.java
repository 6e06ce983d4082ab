package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 17: asks who introduces to a swarm. {@code PROTOCOL.md §8, §11}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param infoHash 20 bytes: the lookup hash of the swarm
 */
public record PeersRequest(int identifier, ByteString infoHash) implements CellMessage {
    /** Checks the sizes of the fields. */
    public PeersRequest {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(infoHash);
    }

    @Override
    public int messageId() {
        return CellMessageId.PEERS_REQUEST;
    }
}
