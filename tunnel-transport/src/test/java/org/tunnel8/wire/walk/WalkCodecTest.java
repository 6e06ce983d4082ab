package org.tunnel8.wire.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;

class WalkCodecTest {
    private static final IpAddress HERE = (IpAddress) Address.parse("192.0.2.1", 7000);
    private static final IpAddress IPV6 = (IpAddress) Address.parse("2001:db8::1", 7000);

    private final IdentityKey signer = IdentityKey.generate(new Random(3));

    @Test
    void readsOtherVersionsOnlyWhenAskedTo() throws Exception {
        byte[] bytes = WalkCodec.encode(CommunityId.TRIBLER, new Puncture(WalkStyle.OLD, HERE, HERE, 1), 1, signer);
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> WalkCodec.decodeOtherVersion(bytes, 0, bytes.length));

        bytes[1] = 3;
        byte[] signature = signer.sign(bytes, 0, bytes.length - 64);
        System.arraycopy(signature, 0, bytes, bytes.length - 64, 64);
        assertThat(CommunityId.TRIBLER.matchesOtherVersion(bytes, 0, bytes.length))
                .isTrue();
        assertThat(CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)).isFalse();
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> WalkCodec.decode(bytes, 0, bytes.length));
        WalkPacket packet = WalkCodec.decodeOtherVersion(bytes, 0, bytes.length);
        assertThat(packet.sender()).isEqualTo(signer.publicKey());
        assertThat(packet.community()).isEqualTo(CommunityId.TRIBLER);
        assertThat(WalkCodec.verify(packet, bytes, 0)).isTrue();
    }

    @Test
    void findsAPacketAnywhereInItsBuffer() throws Exception {
        byte[] bytes = WalkCodec.encode(CommunityId.DISCOVERY, new Puncture(WalkStyle.NEW, IPV6, HERE, 9), 5, signer);
        byte[] buffer = new byte[bytes.length + 20];
        System.arraycopy(bytes, 0, buffer, 11, bytes.length);
        WalkPacket packet = DiscoveryCodec.decode(buffer, 11, bytes.length);

        assertThat(packet.message()).isEqualTo(new Puncture(WalkStyle.NEW, IPV6, HERE, 9));
        assertThat(WalkCodec.verify(packet, buffer, 11)).isTrue();
        assertThat(WalkCodec.verify(packet, bytes, 0)).isTrue();
        buffer[11 + bytes.length - 1] ^= 1;
        assertThat(WalkCodec.verify(packet, buffer, 11)).isFalse();
    }

    @Test
    void signsOnlyWhatIsToBeSigned() {
        PunctureRequest request = new PunctureRequest(WalkStyle.OLD, HERE, HERE, 2);

        assertThat(WalkCodec.encode(CommunityId.TRIBLER, request, 7, signer))
                .isEqualTo(WalkCodec.encode(CommunityId.TRIBLER, request, 7, null))
                .hasSize(45);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiscoveryCodec.encode(new Puncture(WalkStyle.OLD, HERE, HERE, 2), 7, null));
    }

    @Test
    void tellsTheFlagsApart() {
        int old = IntroductionResponse.oldFlags(ConnectionType.SYMMETRIC_NAT, true, false, true);
        IntroductionResponse response = response(WalkStyle.OLD, old);
        assertThat(old).isEqualTo(0xd4);
        assertThat(response.connectionType()).isEqualTo(ConnectionType.SYMMETRIC_NAT);
        assertThat(response.speaksNewStyle()).isTrue();
        assertThat(response.introducedSpeaksNewStyle()).isFalse();
        assertThat(response.peerLimitReached()).isTrue();
        assertThat(response.introduces()).isFalse();

        IntroductionResponse newStyle = response(WalkStyle.NEW, IntroductionResponse.newFlags(true));
        assertThat(newStyle.introducedSpeaksNewStyle()).isTrue();
        assertThat(newStyle.connectionType()).isEqualTo(ConnectionType.UNKNOWN);
        assertThat(newStyle.speaksNewStyle()).isTrue();
        assertThat(newStyle.peerLimitReached()).isFalse();

        assertThat(IntroductionRequest.flags(ConnectionType.PUBLIC, true, true)).isEqualTo(0xa1);
        assertThat(ConnectionType.of(0x40)).isEqualTo(ConnectionType.UNKNOWN);
    }

    @Test
    void keepsIpv6OutOfOldStyleMessages() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Puncture(WalkStyle.OLD, HERE, IPV6, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SimilarityRequest(1, HERE, IPV6, 0, java.util.List.of()));
    }

    private static IntroductionResponse response(WalkStyle style, int flags) {
        return new IntroductionResponse(
                style, HERE, HERE, HERE, IpAddress.UNSPECIFIED, IpAddress.UNSPECIFIED, flags, 1, ByteString.EMPTY);
    }
}
