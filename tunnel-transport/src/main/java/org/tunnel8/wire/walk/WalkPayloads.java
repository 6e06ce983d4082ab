package org.tunnel8.wire.walk;

import java.util.ArrayList;
import java.util.List;
import org.tunnel8.wire.AddressCodec;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/** The payloads of walker and discovery messages, without what stands around them ({@code PROTOCOL.md §4}). */
final class WalkPayloads {
    /** Three addresses, flags, identifier: the shortest old-style request. */
    private static final int OLD_REQUEST_BYTES = 21;

    private WalkPayloads() {}

    static WalkMessage decode(int id, WireReader reader) throws MalformedMessageException {
        return switch (id) {
            case WalkMessageId.INTRODUCTION_REQUEST -> oldRequest(reader);
            case WalkMessageId.INTRODUCTION_RESPONSE -> oldResponse(reader);
            case WalkMessageId.PUNCTURE_REQUEST ->
                new PunctureRequest(WalkStyle.OLD, reader.ipv4(), reader.ipv4(), reader.u16());
            case WalkMessageId.PUNCTURE -> new Puncture(WalkStyle.OLD, reader.ipv4(), reader.ipv4(), reader.u16());
            case WalkMessageId.NEW_INTRODUCTION_REQUEST -> newRequest(reader);
            case WalkMessageId.NEW_INTRODUCTION_RESPONSE -> newResponse(reader);
            case WalkMessageId.NEW_PUNCTURE_REQUEST ->
                new PunctureRequest(WalkStyle.NEW, reader.ipAddress(), reader.ipAddress(), reader.u16());
            case WalkMessageId.NEW_PUNCTURE ->
                new Puncture(WalkStyle.NEW, reader.ipAddress(), reader.ipAddress(), reader.u16());
            default -> throw new MalformedMessageException("unknown message id");
        };
    }

    /** The identifier of a signed walker's message, without the rest. */
    static int identifier(int id, WireReader reader) throws MalformedMessageException {
        boolean newStyle = id == WalkMessageId.NEW_INTRODUCTION_REQUEST
                || id == WalkMessageId.NEW_INTRODUCTION_RESPONSE
                || id == WalkMessageId.NEW_PUNCTURE;
        int addresses = switch (id) {
            case WalkMessageId.INTRODUCTION_REQUEST, WalkMessageId.NEW_INTRODUCTION_REQUEST -> 3;
            case WalkMessageId.INTRODUCTION_RESPONSE, WalkMessageId.NEW_INTRODUCTION_RESPONSE -> 5;
            case WalkMessageId.PUNCTURE, WalkMessageId.NEW_PUNCTURE -> 2;
            default -> throw new MalformedMessageException("no signed walker's message");
        };
        for (int i = 0; i < addresses; i++) {
            if (newStyle) {
                reader.skipIpAddress();
            } else {
                reader.skip(AddressCodec.IPV4_BYTES);
            }
        }
        boolean hasFlags = addresses > 2;
        if (hasFlags && !newStyle) {
            reader.skip(1);
        }
        int identifier = reader.u16();
        if (hasFlags && newStyle) {
            reader.skip(1);
        }
        return identifier;
    }

    static WalkMessage decodeDiscovery(int id, WireReader reader) throws MalformedMessageException {
        return switch (id) {
            case WalkMessageId.SIMILARITY_REQUEST -> similarityRequest(reader);
            case WalkMessageId.SIMILARITY_RESPONSE -> similarityResponse(reader);
            case WalkMessageId.DISCOVERY_PING -> new DiscoveryPing(reader.u16());
            case WalkMessageId.DISCOVERY_PONG -> new DiscoveryPong(reader.u16());
            case WalkMessageId.INTRODUCTION_REQUEST ->
                reader.remaining() >= IntroduceToRequest.LEADING_BYTES + OLD_REQUEST_BYTES
                        ? new IntroduceToRequest(
                                reader.u8(), reader.bytes(IntroduceToRequest.MID_BYTES), oldRequest(reader))
                        : oldRequest(reader);
            default -> decode(id, reader);
        };
    }

    // In the two styles identifier and flags stand in opposite order.

    private static IntroductionRequest oldRequest(WireReader reader) throws MalformedMessageException {
        IpAddress destination = reader.ipv4();
        IpAddress lan = reader.ipv4();
        IpAddress wan = reader.ipv4();
        int flags = reader.u8();
        int identifier = reader.u16();
        return new IntroductionRequest(WalkStyle.OLD, destination, lan, wan, flags, identifier, reader.rest());
    }

    private static IntroductionRequest newRequest(WireReader reader) throws MalformedMessageException {
        IpAddress destination = reader.ipAddress();
        IpAddress lan = reader.ipAddress();
        IpAddress wan = reader.ipAddress();
        int identifier = reader.u16();
        int flags = reader.u8();
        return new IntroductionRequest(WalkStyle.NEW, destination, lan, wan, flags, identifier, reader.rest());
    }

    private static IntroductionResponse oldResponse(WireReader reader) throws MalformedMessageException {
        IpAddress destination = reader.ipv4();
        IpAddress lan = reader.ipv4();
        IpAddress wan = reader.ipv4();
        IpAddress introducedLan = reader.ipv4();
        IpAddress introducedWan = reader.ipv4();
        int flags = reader.u8();
        int identifier = reader.u16();
        return new IntroductionResponse(
                WalkStyle.OLD, destination, lan, wan, introducedLan, introducedWan, flags, identifier, reader.rest());
    }

    private static IntroductionResponse newResponse(WireReader reader) throws MalformedMessageException {
        IpAddress destination = reader.ipAddress();
        IpAddress lan = reader.ipAddress();
        IpAddress wan = reader.ipAddress();
        IpAddress introducedLan = reader.ipAddress();
        IpAddress introducedWan = reader.ipAddress();
        int identifier = reader.u16();
        int flags = reader.u8();
        return new IntroductionResponse(
                WalkStyle.NEW, destination, lan, wan, introducedLan, introducedWan, flags, identifier, reader.rest());
    }

    private static SimilarityRequest similarityRequest(WireReader reader) throws MalformedMessageException {
        int identifier = reader.u16();
        IpAddress lan = reader.ipv4();
        IpAddress wan = reader.ipv4();
        int flags = reader.u8();
        if (reader.remaining() % CommunityId.BYTES != 0) {
            throw new MalformedMessageException("a piece of a community id");
        }
        List<CommunityId> communities = communities(reader, reader.remaining() / CommunityId.BYTES);
        return new SimilarityRequest(identifier, lan, wan, flags, communities);
    }

    private static SimilarityResponse similarityResponse(WireReader reader) throws MalformedMessageException {
        int identifier = reader.u16();
        List<CommunityId> communities = communities(reader, reader.u16());
        List<SimilarityResponse.Overlap> overlaps = new ArrayList<>();
        while (reader.remaining() > 0) {
            ByteString id = reader.bytes(SimilarityResponse.Overlap.ID_BYTES);
            overlaps.add(new SimilarityResponse.Overlap(id, reader.u32()));
        }
        return new SimilarityResponse(identifier, communities, overlaps);
    }

    private static List<CommunityId> communities(WireReader reader, int count) throws MalformedMessageException {
        List<CommunityId> communities = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            communities.add(CommunityId.at(reader.bytes(CommunityId.BYTES).toBytes(), 0));
        }
        return communities;
    }

    static void encode(WalkMessage message, WireWriter writer) {
        if (message instanceof IntroductionRequest request) {
            putRequest(request, writer);
        } else if (message instanceof IntroductionResponse response) {
            putResponse(response, writer);
        } else if (message instanceof PunctureRequest request) {
            putPuncture(request.style(), request.walkerLan(), request.walkerWan(), request.identifier(), writer);
        } else if (message instanceof Puncture puncture) {
            putPuncture(puncture.style(), puncture.sourceLan(), puncture.sourceWan(), puncture.identifier(), writer);
        } else if (message instanceof IntroduceToRequest request) {
            writer.u8(request.marker());
            writer.bytes(request.mid());
            putRequest(request.request(), writer);
        } else if (message instanceof SimilarityRequest request) {
            writer.u16(request.identifier());
            writer.ipv4(request.lan());
            writer.ipv4(request.wan());
            writer.u8(request.flags());
            putCommunities(request.communities(), writer);
        } else if (message instanceof SimilarityResponse response) {
            writer.u16(response.identifier());
            writer.u16(response.communities().size());
            putCommunities(response.communities(), writer);
            for (SimilarityResponse.Overlap overlap : response.overlaps()) {
                writer.bytes(overlap.id());
                writer.u32(overlap.value());
            }
        } else if (message instanceof DiscoveryPing || message instanceof DiscoveryPong) {
            writer.u16(message.identifier());
        } else {
            throw new AssertionError("a kind of message without encoding");
        }
    }

    private static void putRequest(IntroductionRequest request, WireWriter writer) {
        putAddress(request.style(), request.destination(), writer);
        putAddress(request.style(), request.sourceLan(), writer);
        putAddress(request.style(), request.sourceWan(), writer);
        putFlagsAndIdentifier(request.style(), request.flags(), request.identifier(), writer);
        writer.bytes(request.extra());
    }

    private static void putResponse(IntroductionResponse response, WireWriter writer) {
        putAddress(response.style(), response.destination(), writer);
        putAddress(response.style(), response.sourceLan(), writer);
        putAddress(response.style(), response.sourceWan(), writer);
        putAddress(response.style(), response.introducedLan(), writer);
        putAddress(response.style(), response.introducedWan(), writer);
        putFlagsAndIdentifier(response.style(), response.flags(), response.identifier(), writer);
        writer.bytes(response.extra());
    }

    private static void putPuncture(WalkStyle style, IpAddress lan, IpAddress wan, int identifier, WireWriter writer) {
        putAddress(style, lan, writer);
        putAddress(style, wan, writer);
        writer.u16(identifier);
    }

    private static void putAddress(WalkStyle style, IpAddress address, WireWriter writer) {
        if (style == WalkStyle.OLD) {
            writer.ipv4(address);
        } else {
            writer.address(address);
        }
    }

    private static void putFlagsAndIdentifier(WalkStyle style, int flags, int identifier, WireWriter writer) {
        if (style == WalkStyle.OLD) {
            writer.u8(flags);
            writer.u16(identifier);
        } else {
            writer.u16(identifier);
            writer.u8(flags);
        }
    }

    private static void putCommunities(List<CommunityId> communities, WireWriter writer) {
        for (CommunityId community : communities) {
            writer.bytes(community.toBytes(), 0, CommunityId.BYTES);
        }
    }
}
