package org.tunnel8.wire.cell;

import java.util.List;
import org.tunnel8.wire.ByteString;

/**
 * Message 18: the introduction points of a swarm. {@code PROTOCOL.md §8, §11}.
 *
 * <p>The reference sends 7 at most; readers skip those at {@code 0.0.0.0:0}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param infoHash 20 bytes: the lookup hash of the swarm
 * @param points at most 255; copied
 */
public record PeersResponse(int identifier, ByteString infoHash, List<IntroductionPoint> points)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public PeersResponse {
        FieldSizes.checkU16(identifier);
        FieldSizes.checkHash(infoHash);
        FieldSizes.checkCount(points.size());
        points = List.copyOf(points);
    }

    @Override
    public int messageId() {
        return CellMessageId.PEERS_RESPONSE;
    }
}
