package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.DiscoveryCodec;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/** Somebody in a virtual network who does exactly what a test says. */
final class Outsider implements VirtualNode {
    static final IpAddress NOWHERE = IpAddress.UNSPECIFIED;

    private final VirtualNetwork network;
    private final InetSocketAddress address;
    private final IdentityKey identity;
    private final List<Received> inbox = new ArrayList<>();
    private Function<IntroductionRequest, @Nullable WalkMessage> answers = request -> null;

    /** What came in: a packet, or only bytes if it is no walker's packet. */
    record Received(
            long atMillis, InetSocketAddress from, @Nullable WalkPacket packet, byte[] bytes) {}

    Outsider(VirtualNetwork network, String address) {
        this(network, address, IdentityKey.generate(network.random()));
    }

    private Outsider(VirtualNetwork network, String address, IdentityKey identity) {
        this.network = network;
        this.address = TestNode.at(address);
        this.identity = identity;
        network.join(this);
    }

    /** The same identity at another address. */
    Outsider movedTo(String newAddress) {
        return new Outsider(network, newAddress, identity);
    }

    PublicKey key() {
        return identity.publicKey();
    }

    IdentityKey identity() {
        return identity;
    }

    IpAddress ip() {
        return new IpAddress(address);
    }

    /** Answers introduction requests from now on; null leaves one unanswered. */
    Outsider answering(Function<IntroductionRequest, @Nullable WalkMessage> how) {
        answers = how;
        return this;
    }

    /** Answers introduction requests as a relay that introduces nobody. */
    Outsider answering() {
        return answering(request -> responseTo(request, NOWHERE, NOWHERE));
    }

    static IntroductionRequest request(InetSocketAddress to, int identifier) {
        return request(to, identifier, new PeerFlags(PeerFlags.RELAY).toExtra());
    }

    static IntroductionRequest request(InetSocketAddress to, int identifier, ByteString extra) {
        return new IntroductionRequest(WalkStyle.OLD, new IpAddress(to), NOWHERE, NOWHERE, 1, identifier, extra);
    }

    static IntroductionResponse responseTo(IntroductionRequest request, IpAddress lan, IpAddress wan) {
        return new IntroductionResponse(
                request.style(),
                NOWHERE,
                NOWHERE,
                NOWHERE,
                lan,
                wan,
                0,
                request.identifier(),
                new PeerFlags(PeerFlags.RELAY).toExtra());
    }

    void send(TestNode to, WalkMessage message) {
        send(to, CommunityId.TRIBLER, message);
    }

    void send(TestNode to, CommunityId community, WalkMessage message) {
        sendFrom(address, to, community, message);
    }

    /** Sends with a made-up source. */
    void sendFrom(InetSocketAddress source, TestNode to, CommunityId community, WalkMessage message) {
        network.send(source, to.address(), packet(community, message));
    }

    byte[] packet(CommunityId community, WalkMessage message) {
        return WalkCodec.encode(community, message, 1, message.signed() ? identity : null);
    }

    /** A correctly signed packet of another protocol version. */
    byte[] packetOfVersion(int version, WalkMessage message) {
        byte[] packet = packet(CommunityId.TRIBLER, message);
        packet[1] = (byte) version;
        int signed = packet.length - key().signatureLength();
        byte[] signature = identity.sign(packet, 0, signed);
        System.arraycopy(signature, 0, packet, signed, signature.length);
        return packet;
    }

    List<Received> inbox() {
        return inbox;
    }

    <T extends WalkMessage> List<T> received(Class<T> kind) {
        return inbox.stream()
                .map(Received::packet)
                .filter(packet -> packet != null && kind.isInstance(packet.message()))
                .map(packet -> kind.cast(packet.message()))
                .toList();
    }

    <T extends WalkMessage> T last(Class<T> kind) {
        List<T> all = received(kind);
        if (all.isEmpty()) {
            throw new AssertionError("no " + kind.getSimpleName() + " came");
        }
        return all.get(all.size() - 1);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public void onDeadline(long nowNanos) {}

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        WalkPacket packet = decode(buffer, offset, length);
        inbox.add(new Received(
                network.nowNanos() / 1_000_000,
                from,
                packet,
                ByteString.of(buffer, offset, length).toBytes()));
        if (packet != null && packet.message() instanceof IntroductionRequest request) {
            WalkMessage answer = answers.apply(request);
            if (answer != null) {
                network.send(address, from, packet(packet.community(), answer));
            }
        }
    }

    static @Nullable WalkPacket decode(byte[] buffer, int offset, int length) {
        try {
            return CommunityId.DISCOVERY.matchesPrefix(buffer, offset, length)
                    ? DiscoveryCodec.decode(buffer, offset, length)
                    : WalkCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            return null;
        }
    }
}
