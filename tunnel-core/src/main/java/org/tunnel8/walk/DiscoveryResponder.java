package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.walk.OwnAddresses.Introduced;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.DhtPing;
import org.tunnel8.wire.walk.DhtPingCodec;
import org.tunnel8.wire.walk.DiscoveryCodec;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroduceToRequest;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.SimilarityRequest;
import org.tunnel8.wire.walk.SimilarityResponse;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Answers what others ask in the discovery overlay and by the hash table's ping, so that they keep knowing us: a node
 * that answers neither is dropped after 57.5 s, and each circuit extended to it comes 5 s late (PROTOCOL.md §4, §8, §12).
 *
 * <p>Who asks here becomes no peer. In the discovery overlay he is introduced to whom {@link DiscoveryWalk} has met there,
 * if anybody. Engine thread only.
 */
final class DiscoveryResponder {
    private final WalkContext context;
    private final Counters counters;
    private final DiscoveryPings pings;
    private final PunctureService punctures;
    private final DiscoveryWalk walk;
    private final List<CommunityId> communities;

    DiscoveryResponder(WalkContext context, DiscoveryPings pings, PunctureService punctures, DiscoveryWalk walk) {
        this.walk = walk;
        this.context = context;
        this.counters = context.counters();
        this.pings = pings;
        this.punctures = punctures;
        this.communities = context.settings().member()
                ? List.of(context.settings().community(), CommunityId.DISCOVERY)
                : List.of(CommunityId.DISCOVERY);
    }

    void onDiscovery(InetSocketAddress from, byte[] buffer, int offset, int length, boolean isKnown) {
        WalkPacket packet;
        try {
            packet = DiscoveryCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        WalkMessage message = packet.message();
        if (message instanceof DiscoveryPing ping) {
            context.output().send(from, CommunityId.DISCOVERY, new DiscoveryPong(ping.identifier()));
        } else if (message instanceof DiscoveryPong pong) {
            pings.onPong(from, pong);
        } else if (message instanceof PunctureRequest request) {
            punctures.onRequest(from, CommunityId.DISCOVERY, request, isKnown);
        } else if (isQuestion(message)) {
            onSigned(from, packet, context.signature(packet, buffer, offset));
        } else if (message instanceof IntroductionResponse) {
            walk.onResponse(from, packet, context.signature(packet, buffer, offset));
        } else if (message instanceof SimilarityResponse) {
            walk.onSimilarity(from, packet, context.signature(packet, buffer, offset));
        } else if (message instanceof Puncture) {
            walk.onPuncture(from, packet, context.signature(packet, buffer, offset));
        } else {
            counters.dropped(DropReason.UNSOLICITED);
        }
    }

    private static boolean isQuestion(WalkMessage message) {
        return message instanceof IntroductionRequest
                || message instanceof IntroduceToRequest
                || message instanceof SimilarityRequest;
    }

    private void onSigned(InetSocketAddress from, WalkPacket packet, Signature signature) {
        PublicKey sender = Objects.requireNonNull(packet.sender());
        if (!isFromOther(sender, signature)) {
            return;
        }
        noteSignOfLife(from, sender);
        WalkMessage message = packet.message();
        if (message instanceof SimilarityRequest request) {
            SimilarityResponse response = new SimilarityResponse(request.identifier(), communities, List.of());
            context.output().send(from, CommunityId.DISCOVERY, response);
        } else if (message instanceof IntroduceToRequest wish) {
            answer(from, wish.request());
        } else if (message instanceof IntroductionRequest request) {
            answer(from, request);
        }
    }

    private void answer(InetSocketAddress to, IntroductionRequest request) {
        boolean newStyle = request.style() == WalkStyle.NEW
                || request.speaksNewStyle()
                || !(to.getAddress() instanceof Inet4Address);
        Introduced introduced = walk.introduce(to, request);
        IntroductionResponse response = new IntroductionResponse(
                newStyle ? WalkStyle.NEW : WalkStyle.OLD,
                new IpAddress(to),
                context.own().lanFor(to),
                context.own().wanFor(to),
                introduced == null ? IpAddress.UNSPECIFIED : introduced.lan(),
                introduced == null ? IpAddress.UNSPECIFIED : introduced.wan(),
                newStyle
                        ? IntroductionResponse.newFlags(false)
                        : IntroductionResponse.oldFlags(context.nat().connectionType(), true, false, false),
                request.identifier(),
                ByteString.EMPTY);
        context.output().sendResponse(to, CommunityId.DISCOVERY, response);
    }

    void onDhtPing(InetSocketAddress from, byte[] buffer, int offset, int length) {
        DhtPing ping;
        try {
            ping = DhtPingCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        if (ping.response()) {
            counters.dropped(DropReason.UNSOLICITED);
            return;
        }
        if (isFromOther(
                ping.sender(),
                context.counted(() -> DhtPingCodec.verify(context.settings().signatures(), ping, buffer, offset)))) {
            noteSignOfLife(from, ping.sender());
            context.output()
                    .sendRaw(
                            from,
                            DhtPingCodec.encode(
                                    context.settings().signatures(),
                                    true,
                                    ping.identifier(),
                                    context.output().identity()));
        }
    }

    private boolean isFromOther(PublicKey sender, Signature signature) {
        if (context.isOwn(sender)) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return false;
        }
        if (!signature.verifies()) {
            counters.dropped(DropReason.BAD_SIGNATURE);
            return false;
        }
        return true;
    }

    private void noteSignOfLife(InetSocketAddress from, PublicKey sender) {
        Peer peer = context.peers().byKey(sender);
        if (peer != null && peer.address().equals(from)) {
            context.peers().heard(peer);
        }
    }
}
