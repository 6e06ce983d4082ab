package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.walk.Exchange.Attempt;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.walk.OwnAddresses.Introduced;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Walks through the discovery overlay, to which members of all overlays belong, in search of peers of ours (PROTOCOL.md
 * §4): asks who answers there which overlays he is in.
 *
 * <p>Only while peers are lacking, after a moment in which our own overlay may yield them: a step each second, and after
 * {@value #QUICK_STEPS} steps in vain, in which somebody could be asked, each minute. Who answers here is no peer; our own
 * overlay's handshake decides. Engine thread only.
 */
final class DiscoveryWalk {
    private static final long FIRST_STEP_NANOS = 3_000_000_000L;
    private static final long STEP_NANOS = 1_000_000_000L;
    private static final long IDLE_STEP_NANOS = 60_000_000_000L;
    private static final int QUICK_STEPS = 20;

    /** Of so many steps one asks a bootstrap server, all of which introduce members of every overlay. */
    private static final int STEPS_PER_SERVER = 5;

    private static final int WALKS_PER_STEP = 2;
    private static final int MAX_EXCHANGES = 64;
    private static final int INTRODUCTIONS_PER_SECOND = 5;
    private static final int INTRODUCTION_BURST = 10;

    private final WalkContext context;
    private final OwnAddresses own;
    private final Counters counters;
    private final Deadlines deadlines;
    private final BootstrapManager bootstrap;
    private final Walker walker;
    private final Exchanges exchanges;
    private final SimilarityRequests similarity;
    private final DiscoveryMembers members = new DiscoveryMembers();
    private final TokenBucket introductions;
    private int steps;
    private @Nullable Deadline nextStep;

    DiscoveryWalk(WalkContext context, BootstrapManager bootstrap, Walker walker) {
        this.context = context;
        this.own = context.own();
        this.counters = context.counters();
        this.deadlines = context.deadlines();
        this.bootstrap = bootstrap;
        this.walker = walker;
        this.similarity = new SimilarityRequests(context, walker);
        this.introductions = new TokenBucket(deadlines, INTRODUCTIONS_PER_SECOND, INTRODUCTION_BURST);
        this.exchanges = new Exchanges(
                deadlines,
                context.random(),
                (exchange, identifier) ->
                        IntroductionRequests.send(context, CommunityId.DISCOVERY, exchange, identifier),
                exchange -> members.failed(exchange.address()),
                MAX_EXCHANGES);
    }

    void start() {
        nextStep = deadlines.after(FIRST_STEP_NANOS, this::step);
    }

    void stop() {
        exchanges.stop();
        if (nextStep != null) {
            nextStep.cancel();
        }
    }

    private void step() {
        members.forgetSilent(deadlines.nowNanos());
        boolean lacking = !walker.hasEnough();
        boolean walked = lacking && walk();
        boolean asked = lacking && ask();
        // Where there was nobody to ask a step was none: who turns up later is asked as quickly.
        steps = lacking ? steps + (walked || asked ? 1 : 0) : 0;
        nextStep = deadlines.after(lacking && steps < QUICK_STEPS ? STEP_NANOS : IDLE_STEP_NANOS, this::step);
    }

    private boolean walk() {
        boolean sent = false;
        for (int i = 0; i < WALKS_PER_STEP; i++) {
            WalkTarget target = members.take();
            if (target == null) {
                return sent;
            }
            if (isOfUse(target)) {
                sent |= exchanges.start(Purpose.WALK, target);
            }
        }
        return sent;
    }

    private boolean isOfUse(WalkTarget target) {
        boolean reachable = !target.needsPuncture() || !context.nat().isRelayOnly();
        return reachable && !bootstrap.isServer(target.address());
    }

    private boolean ask() {
        InetSocketAddress member = members.draw(context.random(), address -> !exchanges.isUnderWay(address));
        InetSocketAddress server = member == null || (steps + 1) % STEPS_PER_SERVER == 0 ? bootstrap.anyServer() : null;
        if (server != null && exchanges.start(Purpose.BOOTSTRAP, new WalkTarget(server, WalkStyle.OLD))) {
            return true;
        }
        InetSocketAddress asked = member == null && server == null ? somePeer() : member;
        return asked != null && exchanges.start(Purpose.ASK, new WalkTarget(asked, WalkStyle.OLD));
    }

    /** Peers of our overlay belong to this one too, and are a way in where no server answers. */
    private @Nullable InetSocketAddress somePeer() {
        Peer peer = context.peers()
                .random(
                        context.random(),
                        each -> each.isConfirmed()
                                && each.address().getAddress() instanceof Inet4Address
                                && !exchanges.isUnderWay(each.address()));
        return peer == null ? null : peer.address();
    }

    void onResponse(InetSocketAddress from, WalkPacket packet, Signature signature) {
        IntroductionResponse response = (IntroductionResponse) packet.message();
        Attempt attempt = exchanges.attempt(response.identifier());
        if (attempt == null || attempt.exchange().isAnswered()) {
            counters.dropped(attempt == null ? DropReason.UNSOLICITED : DropReason.DUPLICATE_ANSWER);
            return;
        }
        if (!from.equals(attempt.exchange().address())) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (!isFromOther(packet, signature)) {
            return;
        }
        exchanges.answered(attempt);
        own.reported(from, response.destination().endpoint());
        context.nat().voted();
        if (!bootstrap.isServer(from)) {
            members.met(from, deadlines.nowNanos());
            similarity.send(from);
        }
        for (WalkTarget target : IntroductionRequests.introduced(own, from, response)) {
            members.introduced(target);
        }
    }

    void onPuncture(InetSocketAddress from, WalkPacket packet, Signature signature) {
        Puncture puncture = (Puncture) packet.message();
        if (exchanges.attempt(puncture.identifier()) == null || !own.canBeAsked(from)) {
            counters.dropped(DropReason.UNSOLICITED);
        } else if (isFromOther(packet, signature) && !exchanges.punctured(from)) {
            members.introduced(WalkTarget.of(from, puncture.style() == WalkStyle.NEW));
        }
    }

    private boolean isFromOther(WalkPacket packet, Signature signature) {
        if (context.isOwn(Objects.requireNonNull(packet.sender()))) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return false;
        }
        if (!signature.verifies()) {
            counters.dropped(DropReason.BAD_SIGNATURE);
            return false;
        }
        return true;
    }

    void onSimilarity(InetSocketAddress from, WalkPacket packet, Signature signature) {
        similarity.onResponse(from, packet, signature);
    }

    /** Whether somebody at this address has been asked of our own accord lately. */
    boolean isKnown(InetSocketAddress address) {
        return exchanges.with(address) != null;
    }

    /** Draws whom to introduce to somebody who asks in the discovery overlay, and has him puncture; null for nobody. */
    @Nullable
    Introduced introduce(InetSocketAddress to, IntroductionRequest request) {
        InetSocketAddress member = members.draw(context.random(), address -> isIntroducible(address, to));
        Introduced introduced = member == null ? null : own.introduced(member, null, false, to);
        if (member == null || introduced == null || !introductions.tryTake()) {
            return null;
        }
        PunctureRequest punctureRequest =
                new PunctureRequest(request.style(), request.destination(), new IpAddress(to), request.identifier());
        context.output().send(member, CommunityId.DISCOVERY, punctureRequest);
        return introduced;
    }

    private static boolean isIntroducible(InetSocketAddress member, InetSocketAddress to) {
        boolean bothIpv4 = member.getAddress() instanceof Inet4Address && to.getAddress() instanceof Inet4Address;
        return bothIpv4 && !member.equals(to);
    }

    List<TableSize> tables() {
        List<TableSize> tables = new ArrayList<>(exchanges.tables(" of the discovery overlay"));
        tables.addAll(members.tables());
        tables.add(similarity.table());
        return tables;
    }
}
