package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.peer.Admission;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.walk.Exchange.Attempt;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * What our introduction requests say, and what follows from their answers, from the punctures they cause and from
 * silence (PROTOCOL.md §4, D2, D19). Engine thread only.
 */
final class IntroductionRequests {
    private final WalkContext context;
    private final PeerTable peers;
    private final OwnAddresses own;
    private final Counters counters;
    private final Exchanges exchanges;
    private final BootstrapManager bootstrap;
    private final Walker walker;

    IntroductionRequests(WalkContext context, Exchanges exchanges, BootstrapManager bootstrap, Walker walker) {
        this.context = context;
        this.peers = context.peers();
        this.own = context.own();
        this.counters = context.counters();
        this.exchanges = exchanges;
        this.bootstrap = bootstrap;
        this.walker = walker;
    }

    /** Puts the request of an exchange on the wire. */
    static void send(WalkContext context, CommunityId community, Exchange exchange, int identifier) {
        InetSocketAddress to = exchange.address();
        // Bit 0x20 stays clear: set, it would make a peer answer in new style, which our old-style requests avoid.
        boolean adviceWanted = exchange.style() == WalkStyle.OLD && exchange.purpose() != Purpose.PROBE;
        int flags = IntroductionRequest.flags(context.nat().connectionType(), false, adviceWanted);
        IntroductionRequest request = new IntroductionRequest(
                exchange.style(),
                new IpAddress(to),
                context.own().lanFor(to),
                context.own().wanFor(to),
                flags,
                identifier,
                community.equals(CommunityId.DISCOVERY)
                        ? ByteString.EMPTY
                        : context.announced().toExtra());
        context.output().sendRequest(to, community, request);
    }

    void onResponse(InetSocketAddress from, WalkPacket packet, Signature signature) {
        IntroductionResponse response = (IntroductionResponse) packet.message();
        PublicKey sender = Objects.requireNonNull(packet.sender());
        Attempt attempt = exchanges.attempt(response.identifier());
        if (attempt == null || attempt.exchange().isAnswered()) {
            counters.dropped(attempt == null ? DropReason.UNSOLICITED : DropReason.DUPLICATE_ANSWER);
            return;
        }
        Exchange exchange = attempt.exchange();
        boolean fromElsewhere = !from.equals(exchange.address());
        if (fromElsewhere && (exchange.purpose() == Purpose.BOOTSTRAP || !own.canBeAsked(from))) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (context.isOwn(sender)) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return;
        }
        if (!signature.verifies()) {
            exchange.forged();
            counters.dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        if (fromElsewhere) {
            if (!exchanges.answeredFrom(exchange, from)) {
                counters.dropped(DropReason.WRONG_STATE);
            }
            return;
        }
        long rttNanos = exchanges.answered(attempt);
        own.reported(from, response.destination().endpoint());
        context.nat().voted();
        if (bootstrap.isServer(from)) {
            bootstrap.answered(from, sender);
        } else if (!bootstrap.isServersKey(sender)) {
            admit(from, sender, response, exchange.purpose(), rttNanos);
        }
        takeIntroductions(from, response);
        takeOtherAddress(from, response);
    }

    /**
     * A peer asked over IPv6 tells its IPv4 address, by which alone it can be a hop (PROTOCOL.md §4, §13): goes there, and
     * has the peer open its NAT for us.
     */
    private void takeOtherAddress(InetSocketAddress from, IntroductionResponse response) {
        IpAddress told = response.sourceWan();
        boolean isOther = from.getAddress() instanceof Inet6Address && told.isIpv4() && !told.isUnspecified();
        if (!isOther || !own.isCredible(told.endpoint(), from)) {
            return;
        }
        IpAddress ours = own.wanFor(told.endpoint());
        if (!ours.isUnspecified()) {
            PunctureRequest request =
                    new PunctureRequest(WalkStyle.NEW, IpAddress.UNSPECIFIED, ours, response.identifier());
            context.output().send(from, context.settings().community(), request);
        }
        walker.introduced(WalkTarget.of(told.endpoint(), true));
    }

    private void admit(
            InetSocketAddress from, PublicKey sender, IntroductionResponse response, Purpose purpose, long rttNanos) {
        boolean newStyle = response.speaksNewStyle() && sender.isTunnelCompatible();
        boolean sought = purpose == Purpose.WALK || purpose == Purpose.ASK || purpose == Purpose.REMEMBERED;
        Sighting sighting = new Sighting(
                sender,
                from,
                true,
                sought,
                lanOf(response.sourceLan()),
                newStyle,
                flagsOf(response.extra()),
                response.style() == WalkStyle.OLD ? response.connectionType() : null);
        Admission admission = peers.admit(sighting);
        if (admission == Admission.REFUSED) {
            counters.dropped(DropReason.PEER_LIMIT);
            return;
        }
        if (admission == Admission.CONTESTED) {
            exchanges.start(purpose, WalkTarget.of(from, newStyle));
            return;
        }
        walker.met(from);
        Peer peer = peers.byKey(sender);
        if (peer != null) {
            context.answered(peer, rttNanos);
            peer.reliability()
                    .succeeded(PeerRole.INTRODUCTION, context.deadlines().nowNanos());
        }
    }

    private void takeIntroductions(InetSocketAddress from, IntroductionResponse response) {
        introduced(own, from, response).forEach(walker::introduced);
    }

    /** The addresses to try for whom a response introduces, the likelier first. */
    static List<WalkTarget> introduced(OwnAddresses own, InetSocketAddress from, IntroductionResponse response) {
        if (!response.introduces()) {
            return List.of();
        }
        IpAddress lan = response.introducedLan();
        IpAddress wan = response.introducedWan();
        boolean isBehindNat = wan.isIpv4() && !Acquaintance.isToldPublic(lan, wan);
        List<WalkTarget> targets = new ArrayList<>(2);
        for (InetSocketAddress address : own.toTry(lan, wan, from)) {
            boolean needsPuncture = isBehindNat && AddressScope.of(address) == AddressScope.PUBLIC;
            targets.add(WalkTarget.of(address, response.introducedSpeaksNewStyle())
                    .introducedBy(from.getAddress(), needsPuncture));
        }
        return targets;
    }

    /**
     * A puncture that a request of ours has caused says that the sender was introduced to us and that the way is open,
     * perhaps from another port than the introducer knows.
     */
    void onPuncture(InetSocketAddress from, WalkPacket packet, Signature signature) {
        Puncture puncture = (Puncture) packet.message();
        Attempt attempt = exchanges.attempt(puncture.identifier());
        if (attempt == null) {
            counters.dropped(DropReason.UNSOLICITED);
            return;
        }
        if (context.isOwn(Objects.requireNonNull(packet.sender()))) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return;
        }
        if (!own.canBeAsked(from)) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (!signature.verifies()) {
            Exchange asked = exchanges.with(from);
            if (asked != null) {
                asked.forged();
            }
            counters.dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        Peer peer = peers.byAddress(from);
        if (peer != null && peer.key().equals(packet.sender()) && peer.address().equals(from)) {
            peers.heard(peer);
        }
        if (!exchanges.punctured(from) && (peer == null || !peer.isConfirmed())) {
            walker.introduced(WalkTarget.of(from, puncture.style() == WalkStyle.NEW));
        }
    }

    /** The handshake is complete. */
    void completed(Exchange exchange) {
        notePuncture(exchange, true);
    }

    private void notePuncture(Exchange exchange, boolean succeeded) {
        InetAddress introducer = exchange.target().introducer();
        if (introducer != null && exchange.target().needsPuncture()) {
            context.nat().punctured(introducer, succeeded);
        }
    }

    /** Five requests in a row went unanswered: a peer is out of the candidates until it is heard (FR-012). */
    void unanswered(Exchange exchange) {
        Peer peer = peers.byAddress(exchange.address());
        if (peer != null && isSilent(peer, exchange)) {
            peers.unreachable(peer);
            walker.news();
        }
    }

    private static boolean isSilent(Peer peer, Exchange exchange) {
        return peer.address().equals(exchange.address()) && peer.lastHeardNanos() <= exchange.startedNanos();
    }

    /** No answer came within the limit. */
    void failed(Exchange exchange) {
        notePuncture(exchange, false);
        InetSocketAddress address = exchange.address();
        if (exchange.purpose() == Purpose.BOOTSTRAP) {
            bootstrap.failed(address);
            return;
        }
        if (exchange.purpose() == Purpose.CHECK) {
            // Strangers cause these, under whatever address they like.
            return;
        }
        Peer peer = peers.byAddress(address);
        if (peer == null && exchange.purpose() == Purpose.REMEMBERED) {
            // Behind a NAT it may be there all the same, and answer once somebody introduces us.
            return;
        }
        if (peer == null) {
            walker.failed(exchange.target());
        } else if (isSilent(peer, exchange)) {
            // A peer of the reference ignores requests when it knows more peers than it wants. If it gave any other
            // sign of life meanwhile, it is as good a hop as before.
            peers.unreachable(peer);
            peer.reliability()
                    .failed(PeerRole.INTRODUCTION, 1, context.deadlines().nowNanos());
            walker.news();
        }
    }

    static @Nullable InetSocketAddress lanOf(IpAddress told) {
        boolean usable = told.endpoint().getAddress() instanceof Inet4Address
                && AddressScope.of(told.endpoint()) != AddressScope.NONE;
        return usable ? told.endpoint() : null;
    }

    static PeerFlags flagsOf(ByteString extra) {
        try {
            return PeerFlags.fromExtra(extra);
        } catch (MalformedMessageException e) {
            // Half a field tells nothing; the reference answers such a request before it notices (PROTOCOL.md §4).
            return PeerFlags.NONE;
        }
    }
}
