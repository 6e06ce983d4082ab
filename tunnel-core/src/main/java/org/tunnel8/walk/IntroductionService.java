package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.peer.Admission;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.walk.IntroductionDraw.Drawn;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Answers introduction requests of the overlay: makes the sender a peer and introduces one other, whom it asks first to
 * puncture its NAT for the sender (PROTOCOL.md §4). Engine thread only.
 *
 * <p>Every request is answered, also one whose sender finds no place in the table; it is told so. A request whose key or
 * address is already known differently changes nothing by itself: requests can be replayed and sources made up, so we
 * ask at that address and believe the answer. Nor is anybody a hop before he has answered.
 */
final class IntroductionService {
    private static final int PUNCTURE_REQUESTS_PER_SECOND = 100;
    private static final int PUNCTURE_REQUEST_BURST = 200;
    private static final int CHECKS_PER_SECOND = 20;
    private static final int CHECKS_BURST = 100;

    private static final InetSocketAddress NOWHERE = IpAddress.UNSPECIFIED.endpoint();

    private final WalkContext context;
    private final PeerTable peers;
    private final OwnAddresses own;
    private final Counters counters;
    private final Exchanges exchanges;
    private final BootstrapManager bootstrap;
    private final Walker walker;
    private final IntroductionDraw draw;
    private final TokenBucket punctureRequests;
    private final TokenBucket checks;

    IntroductionService(WalkContext context, Exchanges exchanges, BootstrapManager bootstrap, Walker walker) {
        this.context = context;
        this.peers = context.peers();
        this.own = context.own();
        this.counters = context.counters();
        this.exchanges = exchanges;
        this.bootstrap = bootstrap;
        this.walker = walker;
        this.draw = new IntroductionDraw(context);
        this.punctureRequests =
                new TokenBucket(context.deadlines(), PUNCTURE_REQUESTS_PER_SECOND, PUNCTURE_REQUEST_BURST);
        this.checks = new TokenBucket(context.deadlines(), CHECKS_PER_SECOND, CHECKS_BURST);
    }

    void onRequest(InetSocketAddress from, WalkPacket packet, Signature signature) {
        IntroductionRequest request = (IntroductionRequest) packet.message();
        PublicKey sender = Objects.requireNonNull(packet.sender());
        if (context.isOwn(sender)) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return;
        }
        if (AddressScope.of(from) == AddressScope.NONE) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (!signature.verifies()) {
            counters.dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        boolean showsNewStyle = request.style() == WalkStyle.NEW || request.speaksNewStyle();
        boolean isServer = bootstrap.isServer(from) || bootstrap.isServersKey(sender);
        boolean full = !isServer && admit(from, sender, request, showsNewStyle) == Admission.REFUSED;
        Peer peer = peers.byKey(sender);
        boolean answerInNewStyle = showsNewStyle || (peer != null && peer.speaksNewStyle());
        WalkStyle style = WalkTarget.of(from, answerInNewStyle).style();
        // A bootstrap server asks only to see whether we are there.
        answer(from, request, style, isServer ? null : drawOther(from, sender, style, request), full);
    }

    private Admission admit(
            InetSocketAddress from, PublicKey sender, IntroductionRequest request, boolean showsNewStyle) {
        Admission admission = peers.admit(Sighting.ofRequest(
                sender,
                from,
                IntroductionRequests.lanOf(request.sourceLan()),
                // Servers of the reference sign with other kinds of keys and want old-style answers to their requests.
                showsNewStyle && sender.isTunnelCompatible(),
                IntroductionRequests.flagsOf(request.extra()),
                request.connectionType()));
        switch (admission) {
            case ADDED, UPDATED -> {
                exchanges.requestedFrom(from);
                checkUnlessConfirmed(sender, WalkTarget.of(from, request.style() == WalkStyle.NEW));
            }
            case CONTESTED -> check(WalkTarget.of(from, request.style() == WalkStyle.NEW));
            case REFUSED -> counters.dropped(DropReason.PEER_LIMIT);
        }
        return admission;
    }

    private void checkUnlessConfirmed(PublicKey sender, WalkTarget target) {
        Peer peer = peers.byKey(sender);
        if (peer != null && peer.isConfirmed()) {
            walker.met(target.address());
        } else {
            check(target);
        }
    }

    /** Asks in return: a request alone does not show where its sender is. */
    private void check(WalkTarget target) {
        if (!exchanges.isUnderWay(target.address()) && own.canBeAsked(target.address()) && checks.tryTake()) {
            exchanges.start(Purpose.CHECK, target);
        }
    }

    private void answer(
            InetSocketAddress to, IntroductionRequest request, WalkStyle style, @Nullable Drawn other, boolean full) {
        if (other != null) {
            askForPuncture(other.peer(), to, request, style);
        }
        boolean otherSpeaksNewStyle = other != null && other.peer().speaksNewStyle();
        int flags = style == WalkStyle.NEW
                ? IntroductionResponse.newFlags(otherSpeaksNewStyle)
                : IntroductionResponse.oldFlags(context.nat().connectionType(), true, otherSpeaksNewStyle, full);
        IntroductionResponse response = new IntroductionResponse(
                style,
                new IpAddress(to),
                own.lanFor(to),
                sourceWan(to, style),
                other == null ? IpAddress.UNSPECIFIED : other.introduced().lan(),
                other == null ? IpAddress.UNSPECIFIED : other.introduced().wan(),
                flags,
                request.identifier(),
                context.announced().toExtra());
        context.output().sendResponse(to, context.settings().community(), response);
    }

    /** Who asks over IPv6 sees that address of ours; what it needs to have us as a hop is the other one. */
    private IpAddress sourceWan(InetSocketAddress to, WalkStyle style) {
        IpAddress ipv4 = own.wanFor(NOWHERE);
        boolean tellsIpv4 = style == WalkStyle.NEW && !ipv4.isUnspecified();
        return tellsIpv4 && AddressScope.of(to) == AddressScope.PUBLIC ? ipv4 : own.wanFor(to);
    }

    private @Nullable Drawn drawOther(
            InetSocketAddress to, PublicKey requester, WalkStyle style, IntroductionRequest request) {
        boolean introduces = wantsAdvice(request) && punctureRequests.tryTake();
        return introduces ? draw.draw(to, requester, style, request) : null;
    }

    /** Old-style requests of the reference always want somebody introduced and say so; its new-style ones say nothing. */
    private static boolean wantsAdvice(IntroductionRequest request) {
        return request.style() == WalkStyle.NEW || request.adviceWanted();
    }

    private void askForPuncture(Peer other, InetSocketAddress walker, IntroductionRequest request, WalkStyle style) {
        InetSocketAddress walkersLan = IntroductionRequests.lanOf(request.sourceLan());
        boolean shareWan = other.address().getAddress().equals(walker.getAddress());
        // The reference puts our own address here, as the walker sees it. Where both are behind one NAT, the walker's
        // address in there is what a puncture can reach.
        IpAddress otherAddress = shareWan && walkersLan != null ? request.sourceLan() : request.destination();
        PunctureRequest message = new PunctureRequest(style, otherAddress, new IpAddress(walker), request.identifier());
        context.output().send(other.address(), context.settings().community(), message);
    }
}
