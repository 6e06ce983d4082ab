package org.tunnel8.wire.walk;

import java.util.List;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;

/**
 * Message 2 of the discovery overlay: tells the sender's overlays. {@code PROTOCOL.md §4}.
 *
 * @param identifier the request's
 * @param communities the overlays the sender takes part in; copied
 * @param overlaps a leftover of older networks that nobody reads; copied
 */
public record SimilarityResponse(int identifier, List<CommunityId> communities, List<Overlap> overlaps)
        implements WalkMessage {
    /** Checks that the fields can be sent. */
    public SimilarityResponse {
        WalkFields.checkU16(identifier);
        WalkFields.checkU16(communities.size());
        communities = List.copyOf(communities);
        overlaps = List.copyOf(overlaps);
    }

    @Override
    public int messageId() {
        return WalkMessageId.SIMILARITY_RESPONSE;
    }

    @Override
    public boolean signed() {
        return true;
    }

    /**
     * One entry of the leftover list.
     *
     * @param id 20 bytes
     * @param value all 32 bits
     */
    public record Overlap(ByteString id, int value) {
        static final int ID_BYTES = 20;
        static final int BYTES = 24;

        /** Checks that the fields can be sent. */
        public Overlap {
            if (id.length() != ID_BYTES) {
                throw new IllegalArgumentException("an overlap's id has 20 bytes");
            }
        }
    }
}
