package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.walk.DhtPingCodec;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroduceToRequest;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.SimilarityRequest;
import org.tunnel8.wire.walk.SimilarityResponse;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkStyle;

/** Walks as strangers do, with as many keys as they like: correctly signed, badly signed, and with addresses made up. */
final class Strangers {
    private static final int FREQUENT = 64;
    private static final int REMEMBERED = 4_096;

    private final RandomGenerator random;
    private final Samples samples;
    private final Sources sources;
    private final CommunityId community;
    private final List<IdentityKey> frequent = new ArrayList<>();
    private final Map<InetSocketAddress, IdentityKey> residents = new LinkedHashMap<>();

    Strangers(RandomGenerator random, Samples samples, Sources sources, CommunityId community) {
        this.random = random;
        this.samples = samples;
        this.sources = sources;
        this.community = community;
        for (int i = 0; i < FREQUENT; i++) {
            frequent.add(IdentityKey.generate(random));
        }
    }

    /** A key of the attacker's, often a fresh one. */
    IdentityKey key() {
        return random.nextInt(4) == 0 ? IdentityKey.generate(random) : frequent.get(random.nextInt(FREQUENT));
    }

    /** A key of a kind that cannot be a hop. */
    PublicKey oldKey() {
        return samples.oldKey();
    }

    /** The secret of a key that the attacker has shown at one of its addresses; null if it is not the attacker's. */
    @Nullable
    IdentityKey keyOf(ByteString publicKey) {
        byte[] bytes = publicKey.toBytes();
        for (IdentityKey key : residents.values()) {
            if (key.publicKey().sameBytes(bytes, 0, bytes.length)) {
                return key;
            }
        }
        return null;
    }

    /** The key of whoever answers at an address of the attacker's. */
    IdentityKey keyAt(InetSocketAddress address) {
        IdentityKey known = residents.get(address);
        if (known == null) {
            known = IdentityKey.generate(random);
            residents.put(address, known);
            if (residents.size() > REMEMBERED) {
                residents.remove(residents.keySet().iterator().next());
            }
        }
        return known;
    }

    /** A packet of the walker's, the discovery overlay's or the hash table's, as hostile as it can be and well-formed. */
    byte[] packet(Target target, IdentityKey key) {
        CommunityId overlay = random.nextInt(4) == 0 ? someOverlay() : community;
        return switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> signed(overlay, request(target, overlay), key);
            case 4 -> signed(overlay, response(random.nextInt(1 << 16)), key);
            case 5 -> signed(overlay, new Puncture(style(), ip(), ip(), random.nextInt(1 << 16)), key);
            case 6 -> signed(overlay, new PunctureRequest(style(), ip(), ip(), random.nextInt(1 << 16)), key);
            case 7 -> signed(CommunityId.DISCOVERY, discovery(target), key);
            case 8 -> DhtPingCodec.encode(random.nextBoolean(), random.nextInt(), key);
            case 9 -> otherVersion(signed(community, request(target, community), key), key);
            case 10 -> bySomebodyElse(signed(overlay, request(target, overlay), key), target.key());
            case 11, 12 -> bySomebodyElse(signed(overlay, request(target, overlay), key), samples.oldKey());
            default -> DestroyCodec.encode(community, random.nextInt(), random.nextInt(1 << 16), key);
        };
    }

    /** An answer to an introduction request that came to an address of the attacker's. */
    byte[] answerTo(IntroductionRequest request, CommunityId overlay, InetSocketAddress at) {
        return signed(overlay, response(request.identifier()), keyAt(at));
    }

    /** A destroy that claims to come from a key. */
    byte[] forgedDestroy(int circuitId, PublicKey claimed) {
        return bySomebodyElse(DestroyCodec.encode(community, circuitId, random.nextInt(4), frequent.get(0)), claimed);
    }

    private static byte[] signed(CommunityId overlay, WalkMessage message, IdentityKey key) {
        long time = message.identifier();
        return WalkCodec.encode(overlay, message, time, message.signed() ? key : null);
    }

    private CommunityId someOverlay() {
        return switch (random.nextInt(4)) {
            case 0 -> CommunityId.PLAIN_TUNNEL;
            case 1 -> CommunityId.DISCOVERY;
            default -> {
                // Few enough that some fill up, many enough that they crowd each other out.
                byte[] id = new byte[CommunityId.BYTES];
                id[0] = (byte) random.nextInt(100);
                yield CommunityId.at(id, 0);
            }
        };
    }

    private IntroductionRequest request(Target target, CommunityId overlay) {
        WalkStyle style = style();
        IpAddress destination = random.nextBoolean() ? new IpAddress(target.address()) : ip(style);
        ByteString extra = overlay.equals(community) ? flags() : ByteString.EMPTY;
        return new IntroductionRequest(
                style, destination, ip(style), ip(style), random.nextInt(256), random.nextInt(1 << 16), extra);
    }

    private IntroductionResponse response(int identifier) {
        WalkStyle style = style();
        return new IntroductionResponse(
                style, ip(style), ip(style), ip(style), ip(style), ip(style), random.nextInt(256), identifier, flags());
    }

    private WalkMessage discovery(Target target) {
        int identifier = random.nextInt(1 << 16);
        List<CommunityId> overlays = List.of(community, someOverlay());
        return switch (random.nextInt(6)) {
            case 0 -> new DiscoveryPing(identifier);
            case 1 -> new DiscoveryPong(identifier);
            case 2 -> new SimilarityRequest(identifier, ip(WalkStyle.OLD), ip(WalkStyle.OLD), 0, overlays);
            case 3 -> new SimilarityResponse(identifier, overlays, List.of());
            case 4 ->
                new IntroduceToRequest(
                        'Y',
                        ByteString.of(target.key().mid().toBytes()),
                        new IntroductionRequest(
                                WalkStyle.OLD,
                                ip(WalkStyle.OLD),
                                ip(WalkStyle.OLD),
                                ip(WalkStyle.OLD),
                                random.nextInt(256),
                                identifier,
                                ByteString.EMPTY));
            default -> request(target, CommunityId.DISCOVERY);
        };
    }

    private ByteString flags() {
        return switch (random.nextInt(8)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.of(new byte[] {(byte) random.nextInt(256)});
            case 2 -> ByteString.of(new byte[random.nextInt(600)]);
            default ->
                new PeerFlags(PeerFlags.RELAY | (random.nextInt(4) == 0 ? PeerFlags.EXIT_BT : 0) | random.nextInt(16))
                        .toExtra();
        };
    }

    private WalkStyle style() {
        return random.nextInt(3) == 0 ? WalkStyle.NEW : WalkStyle.OLD;
    }

    private IpAddress ip() {
        return ip(WalkStyle.OLD);
    }

    private IpAddress ip(WalkStyle style) {
        if (random.nextInt(4) == 0) {
            return IpAddress.UNSPECIFIED;
        }
        IpAddress address = new IpAddress(sources.any());
        return style == WalkStyle.OLD && !address.isIpv4() ? IpAddress.UNSPECIFIED : address;
    }

    /** The packet in another protocol version, correctly signed. */
    private byte[] otherVersion(byte[] packet, IdentityKey key) {
        packet[1] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 1);
        int signed = packet.length - key.publicKey().signatureLength();
        byte[] signature = key.sign(packet, 0, signed);
        System.arraycopy(signature, 0, packet, signed, signature.length);
        return packet;
    }

    /** The packet with another sender's key and a signature of the right size. */
    private byte[] bySomebodyElse(byte[] packet, PublicKey claimed) {
        CommunityId overlay = CommunityId.at(packet, 2);
        WireWriter begun = Envelope.begin(overlay, packet[CommunityId.PREFIX_BYTES] & 0xff, claimed, false, 0);
        int rest = CommunityId.PREFIX_BYTES + 1 + 2 + PublicKey.USUAL_LENGTH_BYTES;
        int signature = frequent.get(0).publicKey().signatureLength();
        boolean wasSigned = packet.length > rest + signature;
        byte[] payload = wasSigned ? Arrays.copyOfRange(packet, rest, packet.length - signature) : packet;
        byte[] forged = new byte[claimed.signatureLength()];
        random.nextBytes(forged);
        // Numbers below the order of the curve, so that the check is not over before it has begun.
        forged[0] = 0;
        forged[1] = 0;
        forged[forged.length / 2] = 0;
        forged[forged.length / 2 + 1] = 0;
        return Mutations.concat(begun.toByteArray(), Mutations.concat(payload, forged));
    }

    /** A decoded walker's packet; null if it is none. */
    static @Nullable WalkMessage read(byte[] bytes) {
        try {
            return WalkCodec.decode(bytes, 0, bytes.length).message();
        } catch (MalformedMessageException e) {
            return null;
        }
    }
}
