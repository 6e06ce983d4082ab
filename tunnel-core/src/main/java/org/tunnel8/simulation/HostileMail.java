package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkStyle;

/** Writes the datagrams of those who misbehave, proper ones among them. */
final class HostileMail {
    private static final int IDENTIFIERS = 1 << 16;
    private static final int VERSION_OFFSET = 1;
    private static final int LONGEST_GARBAGE_BYTES = 400;
    /** Where a key stands in a signed datagram: behind prefix, message id and the key's length (PROTOCOL.md §3). */
    private static final int KEY_OFFSET = CommunityId.PREFIX_BYTES + 3;

    private static final int SIGNATURE_BYTES = 64;

    private static final PeerFlags TEMPTING = new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT);

    /** What all who lie about the asker's address name: of one mind they can do most. */
    private static final InetSocketAddress NOT_YOURS = ((IpAddress) Address.parse("93.184.216.34", 6881)).endpoint();

    private final SignatureMode signatures;
    private final SeededRandom random;

    HostileMail(SignatureMode signatures, SeededRandom random) {
        this.signatures = signatures;
        this.random = random;
    }

    /** A proper request. */
    byte[] request(InetSocketAddress to, IdentityKey signer) {
        int identifier = random.nextInt(IDENTIFIERS);
        return signed(requestTo(to, identifier), identifier, signer);
    }

    private static IntroductionRequest requestTo(InetSocketAddress to, int identifier) {
        return new IntroductionRequest(
                WalkStyle.OLD,
                new IpAddress(to),
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                IntroductionRequest.flags(ConnectionType.UNKNOWN, false, true),
                identifier,
                TEMPTING.toExtra());
    }

    /** A proper answer, whatever it introduces. */
    byte[] response(InetSocketAddress to, int identifier, @Nullable InetSocketAddress introduced, IdentityKey signer) {
        return response(to, identifier, introduced, TEMPTING.toExtra(), signer);
    }

    /** An answer of the right form that introduces somebody and tells the asker an address which is not his. */
    byte[] lie(int identifier, @Nullable InetSocketAddress introduced, ByteString extra, IdentityKey signer) {
        return response(NOT_YOURS, identifier, introduced, extra, signer);
    }

    byte[] lie(int identifier, @Nullable InetSocketAddress introduced, IdentityKey signer) {
        return lie(identifier, introduced, TEMPTING.toExtra(), signer);
    }

    private byte[] response(
            InetSocketAddress destination,
            int identifier,
            @Nullable InetSocketAddress introduced,
            ByteString extra,
            IdentityKey signer) {
        IntroductionResponse response = new IntroductionResponse(
                WalkStyle.OLD,
                new IpAddress(destination),
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                introduced == null ? IpAddress.UNSPECIFIED : new IpAddress(introduced),
                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, false, false, false),
                identifier,
                extra);
        return signed(response, identifier, signer);
    }

    byte[] signed(WalkMessage message, int time, IdentityKey signer) {
        return WalkCodec.encode(signatures.scheme(), CommunityId.TRIBLER, message, time, signer);
    }

    /** The same in another version, as its signer would have signed it. */
    byte[] inOtherVersion(byte[] datagram, IdentityKey signer) {
        byte[] other = datagram.clone();
        other[VERSION_OFFSET] = (byte) (random.nextBoolean() ? 1 : 3);
        int covered = other.length - signer.publicKey().signatureLength();
        byte[] signature = signatures.scheme().sign(signer, other, 0, covered);
        System.arraycopy(signature, 0, other, covered, signature.length);
        return other;
    }

    /** The same under another's key: the signature does not verify. */
    byte[] underKeyOf(PublicKey other, byte[] datagram) {
        byte[] forged = datagram.clone();
        byte[] key = other.toBytes();
        if (other.isTunnelCompatible()) {
            System.arraycopy(key, 0, forged, KEY_OFFSET, key.length);
        }
        return forged;
    }

    /** The same with a damaged signature. */
    byte[] forged(byte[] datagram) {
        byte[] forged = datagram.clone();
        forged[forged.length - 1 - random.nextInt(SIGNATURE_BYTES)] ^= (byte) (1 + random.nextInt(255));
        return forged;
    }

    byte[] garbage() {
        byte[] bytes = new byte[1 + random.nextInt(LONGEST_GARBAGE_BYTES)];
        random.nextBytes(bytes);
        if (bytes.length > CommunityId.PREFIX_BYTES && random.nextBoolean()) {
            CommunityId.TRIBLER.putPrefix(bytes, 0);
        }
        return bytes;
    }

    /** Where nobody is, or where nobody should send; sometimes somebody who has nothing to do with it. */
    InetSocketAddress nonsense(List<InetSocketAddress> bystanders) {
        return switch (random.nextInt(6)) {
            case 0 -> endpoint(127, 0, 0, 1);
            case 1 -> endpoint(224 + random.nextInt(16), 1, 2, 3);
            case 2 -> endpoint(10, random.nextInt(256), random.nextInt(256), 1);
            case 3 -> endpoint(0, 0, 0, random.nextInt(256));
            case 4 ->
                bystanders.isEmpty()
                        ? endpoint(255, 255, 255, 255)
                        : new InetSocketAddress(
                                bystanders
                                        .get(random.nextInt(bystanders.size()))
                                        .getAddress(),
                                1 + random.nextInt(IDENTIFIERS - 1));
            default -> endpoint(11 + random.nextInt(80), random.nextInt(256), random.nextInt(256), random.nextInt(256));
        };
    }

    private InetSocketAddress endpoint(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 1 + random.nextInt(IDENTIFIERS - 1));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not four octets", e);
        }
    }

    List<IdentityKey> keys(int count) {
        List<IdentityKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(IdentityKey.generate(random));
        }
        return keys;
    }
}
