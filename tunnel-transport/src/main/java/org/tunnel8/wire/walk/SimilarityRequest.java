package org.tunnel8.wire.walk;

import java.util.List;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;

/**
 * Message 1 of the discovery overlay: tells the sender's overlays and asks for the receiver's. {@code PROTOCOL.md §4}.
 *
 * @param identifier 16 bits, to be copied into the answer
 * @param lan the sender's address in its own network, IPv4, or {@code 0.0.0.0:0} (D19)
 * @param wan the sender's address as others have told it, IPv4
 * @param flags the flags byte as it travels
 * @param communities the overlays the sender takes part in; copied
 */
public record SimilarityRequest(int identifier, IpAddress lan, IpAddress wan, int flags, List<CommunityId> communities)
        implements WalkMessage {
    /** Checks that the fields can be sent. */
    public SimilarityRequest {
        WalkFields.checkU16(identifier);
        WalkStyle.OLD.check(lan);
        WalkStyle.OLD.check(wan);
        WalkFields.checkU8(flags);
        communities = List.copyOf(communities);
    }

    /**
     * The flags byte of a request.
     *
     * @param connectionType what the sender says of its reachability
     * @return the byte
     */
    public static int flags(ConnectionType connectionType) {
        return connectionType.bits();
    }

    /** What the sender says of its reachability. */
    public ConnectionType connectionType() {
        return ConnectionType.of(flags);
    }

    @Override
    public int messageId() {
        return WalkMessageId.SIMILARITY_REQUEST;
    }

    @Override
    public boolean signed() {
        return true;
    }
}
