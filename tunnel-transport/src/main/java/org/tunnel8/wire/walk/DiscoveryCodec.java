package org.tunnel8.wire.walk;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.MalformedMessageException;

/**
 * Datagrams of the discovery overlay to records and back: its own four messages and the walker's, with message 246 first read as
 * {@link IntroduceToRequest} ({@code PROTOCOL.md §4}).
 */
public final class DiscoveryCodec {
    private DiscoveryCodec() {}

    /**
     * Decodes a datagram of the discovery overlay. The signature is not verified; {@link WalkCodec#verify} does that.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return what it says
     * @throws MalformedMessageException if it is of another overlay, version or kind, or badly formed
     */
    public static WalkPacket decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        if (!CommunityId.DISCOVERY.matchesPrefix(buffer, offset, length)) {
            throw new MalformedMessageException("not of the discovery overlay");
        }
        int id = Envelope.messageId(buffer, offset, length);
        if (!WalkMessageId.isDiscovery(id)) {
            throw new MalformedMessageException("unknown message id");
        }
        if (WalkMessageId.isWalk(id) && id != WalkMessageId.INTRODUCTION_REQUEST) {
            return WalkCodec.decode(buffer, offset, length);
        }
        boolean signed = id != WalkMessageId.DISCOVERY_PING && id != WalkMessageId.DISCOVERY_PONG;
        Envelope envelope = WalkCodec.open(buffer, offset, length, signed);
        return WalkCodec.packet(CommunityId.DISCOVERY, WalkPayloads.decodeDiscovery(id, envelope.payload()), envelope);
    }

    /**
     * Encodes a datagram of the discovery overlay.
     *
     * @param message any walker or discovery message
     * @param globalTime the own clock
     * @param signer the own key; may be null for the unsigned kinds, which don't use it
     * @return the datagram
     * @throws IllegalArgumentException if a signed kind has no signer
     */
    public static byte[] encode(WalkMessage message, long globalTime, @Nullable IdentityKey signer) {
        return WalkCodec.encode(CommunityId.DISCOVERY, message, globalTime, signer);
    }
}
