package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.WalkMessageId;

/** Says of the datagrams by which a node gets known as what they are counted. Engine thread only. */
final class WalkTally {
    private final PacketCounts packets;
    private final PeerTable peers;
    private final Predicate<InetSocketAddress> isServer;

    WalkTally(PacketCounts packets, PeerTable peers, Predicate<InetSocketAddress> isServer) {
        this.packets = packets;
        this.peers = peers;
        this.isServer = isServer;
    }

    /** Notes what a datagram holds that has come, and from whom it is. */
    void arrives(InetSocketAddress from, byte[] buffer, int offset, int length) {
        MessageKind kind = kindOf(buffer, offset, length);
        if (kind != MessageKind.OTHER) {
            packets.arrives(kind);
            packets.arrivesFrom(sideOf(from));
        }
    }

    /** Notes what a datagram holds that is about to be sent, and for whom it is. */
    void departs(InetSocketAddress to, byte[] buffer, int offset, int length) {
        packets.departs(kindOf(buffer, offset, length), sideOf(to));
    }

    private OtherSide sideOf(InetSocketAddress address) {
        if (peers.byAddress(address) != null) {
            return OtherSide.PEER; // the most frequent case, and servers never enter the table
        }
        return isServer.test(address) ? OtherSide.BOOTSTRAP_SERVER : OtherSide.STRANGER;
    }

    private static MessageKind kindOf(byte[] buffer, int offset, int length) {
        if (length <= CommunityId.PREFIX_BYTES) {
            return MessageKind.OTHER;
        }
        int id = buffer[offset + CommunityId.PREFIX_BYTES] & 0xff;
        return switch (id) {
            case WalkMessageId.INTRODUCTION_REQUEST -> MessageKind.INTRODUCTION_REQUEST;
            case WalkMessageId.INTRODUCTION_RESPONSE -> MessageKind.INTRODUCTION_RESPONSE;
            case WalkMessageId.PUNCTURE_REQUEST -> MessageKind.PUNCTURE_REQUEST;
            case WalkMessageId.PUNCTURE -> MessageKind.PUNCTURE;
            case WalkMessageId.NEW_INTRODUCTION_REQUEST -> MessageKind.NEW_INTRODUCTION_REQUEST;
            case WalkMessageId.NEW_INTRODUCTION_RESPONSE -> MessageKind.NEW_INTRODUCTION_RESPONSE;
            case WalkMessageId.NEW_PUNCTURE_REQUEST -> MessageKind.NEW_PUNCTURE_REQUEST;
            case WalkMessageId.NEW_PUNCTURE -> MessageKind.NEW_PUNCTURE;
            default -> {
                if (CommunityId.DISCOVERY.matchesPrefix(buffer, offset, length)) {
                    yield discoveryKindOf(id);
                }
                yield CommunityId.DHT.matchesPrefix(buffer, offset, length) ? dhtKindOf(id) : MessageKind.OTHER;
            }
        };
    }

    private static MessageKind discoveryKindOf(int id) {
        return switch (id) {
            case WalkMessageId.SIMILARITY_REQUEST -> MessageKind.SIMILARITY_REQUEST;
            case WalkMessageId.SIMILARITY_RESPONSE -> MessageKind.SIMILARITY_RESPONSE;
            case WalkMessageId.DISCOVERY_PING -> MessageKind.DISCOVERY_PING;
            case WalkMessageId.DISCOVERY_PONG -> MessageKind.DISCOVERY_PONG;
            default -> MessageKind.OTHER;
        };
    }

    private static MessageKind dhtKindOf(int id) {
        return switch (id) {
            case WalkMessageId.DHT_PING_REQUEST -> MessageKind.DHT_PING_REQUEST;
            case WalkMessageId.DHT_PING_RESPONSE -> MessageKind.DHT_PING_RESPONSE;
            default -> MessageKind.OTHER;
        };
    }
}
