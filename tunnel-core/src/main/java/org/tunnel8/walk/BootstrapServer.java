package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.walk.BootstrapRegister.Entry;
import org.tunnel8.walk.BootstrapRegister.Member;
import org.tunnel8.walk.OwnAddresses.Introduced;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.DiscoveryCodec;
import org.tunnel8.wire.walk.IntroduceToRequest;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessageId;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Introduces the members of any overlay to each other (PROTOCOL.md §4, bootstrap servers). Engine thread only.
 *
 * <p>As in the reference, a verified request makes its sender a member of the overlay it names, another member is asked to
 * puncture for it, and a part of the members is asked regularly whether they still want to be introduced. Kinder than the
 * reference: new-style requests are answered, in new style; old-style answers do not claim that the server wants new
 * style; a member goes after two unanswered questions instead of one; and one network cannot crowd out the others.
 */
final class BootstrapServer {
    /** Time between two rounds of questions (PROTOCOL.md §4). */
    private static final long ROUND_NANOS = 10_000_000_000L;

    /** A question is unanswered after this time (PROTOCOL.md §4). */
    private static final long ANSWER_NANOS = 5_000_000_000L;

    /** Members asked in a round at least (PROTOCOL.md §4). */
    private static final int SAMPLE = 8;

    /** And at least this part of all, so that everybody is asked about every two minutes. */
    private static final int ROUNDS_FOR_ALL = 12;

    private static final int UNANSWERED_QUESTIONS = 2;

    /** Answers with wrong signatures to one question that are looked at outside of all rations. */
    private static final int MAX_FORGED_ANSWERS = 4;

    /** Members drawn at most until one is known to be there. */
    private static final int DRAWS = 3;

    /** Questions open at once: those of a round over full registers. */
    private static final int MAX_QUESTIONS =
            BootstrapRegister.MAX_COMMUNITIES * BootstrapRegister.MAX_MEMBERS / ROUNDS_FOR_ALL;

    /** Of those who ask us, so many a second are asked in return ... */
    private static final int RETURNS_PER_SECOND = 20;

    /** ... and so many at once. */
    private static final int RETURNS_BURST = 100;

    private static final int IDENTIFIERS = 1 << 16;

    private final WalkContext context;
    private final OwnAddresses own;
    private final Deadlines deadlines;
    private final Counters counters;
    private final BootstrapRegister register = new BootstrapRegister();
    private final Map<Integer, Question> questions = new LinkedHashMap<>();
    private final TokenBucket returns;
    private @Nullable Deadline nextRound;

    /** A question to a member. */
    private static final class Question {
        private final Member member;
        private final InetSocketAddress address;
        private final long sentNanos;
        private int forgedAnswers;

        Question(Member member, InetSocketAddress address, long sentNanos) {
            this.member = member;
            this.address = address;
            this.sentNanos = sentNanos;
        }
    }

    BootstrapServer(WalkContext context) {
        this.context = context;
        this.own = context.own();
        this.deadlines = context.deadlines();
        this.counters = context.counters();
        this.returns = new TokenBucket(deadlines, RETURNS_PER_SECOND, RETURNS_BURST);
    }

    void start() {
        nextRound = deadlines.after(ROUND_NANOS, this::round);
    }

    void stop() {
        if (nextRound != null) {
            nextRound.cancel();
        }
    }

    /** Whether a packet answers a question to a member, by all that is cheap to see: then no ration keeps it out. */
    boolean isAwaited(InetSocketAddress from, int id, byte[] buffer, int offset, int length) {
        if (id != WalkMessageId.INTRODUCTION_RESPONSE) {
            return false;
        }
        try {
            Question question = questions.get(WalkCodec.identifier(buffer, offset, length));
            return question != null && question.address.equals(from) && question.forgedAnswers < MAX_FORGED_ANSWERS;
        } catch (MalformedMessageException e) {
            return false;
        }
    }

    void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        WalkPacket packet;
        try {
            packet = CommunityId.DISCOVERY.matchesPrefix(buffer, offset, length)
                    ? DiscoveryCodec.decode(buffer, offset, length)
                    : WalkCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        Signature signature = context.signature(packet, buffer, offset);
        if (packet.message() instanceof IntroductionRequest request) {
            onRequest(from, packet, request, signature);
        } else if (packet.message() instanceof IntroduceToRequest wish) {
            onRequest(from, packet, wish.request(), signature);
        } else if (packet.message() instanceof IntroductionResponse response) {
            onResponse(from, packet, response, signature);
        } else {
            counters.dropped(DropReason.UNSOLICITED);
        }
    }

    private void onRequest(
            InetSocketAddress from, WalkPacket packet, IntroductionRequest request, Signature signature) {
        PublicKey sender = Objects.requireNonNull(packet.sender());
        if (context.isOwn(sender)) {
            counters.dropped(DropReason.OWN_MESSAGE);
            return;
        }
        if (AddressScope.of(from) == AddressScope.NONE || !(from.getAddress() instanceof Inet4Address)) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (!signature.verifies()) {
            counters.dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        InetSocketAddress lan = IntroductionRequests.lanOf(request.sourceLan());
        Entry entry =
                register.enter(packet.community(), sender, from, lan, request.connectionType(), deadlines.nowNanos());
        answer(from, sender, packet.community(), request);
        switch (entry) {
            case PROVEN -> {}
            case UNPROVEN, ELSEWHERE -> askInReturn(packet.community(), sender, from);
            case REFUSED -> counters.dropped(DropReason.TABLE_FULL);
        }
    }

    /** A request may bear a made-up source, so its sender is asked whether it is there. */
    private void askInReturn(CommunityId community, PublicKey sender, InetSocketAddress from) {
        Member member = register.member(community, sender);
        if (member != null && questions.size() < MAX_QUESTIONS && returns.tryTake()) {
            ask(member, from);
        }
    }

    private void answer(InetSocketAddress to, PublicKey sender, CommunityId community, IntroductionRequest request) {
        Member other = drawOther(community, sender, to, Acquaintance.typeOf(request, to));
        Introduced introduced = other == null ? null : introduced(other, to);
        WalkStyle style = request.style();
        if (other != null) {
            PunctureRequest punctureRequest =
                    new PunctureRequest(style, request.destination(), new IpAddress(to), request.identifier());
            context.output().send(other.address(), community, punctureRequest);
        }
        IntroductionResponse response = new IntroductionResponse(
                style,
                new IpAddress(to),
                IpAddress.UNSPECIFIED,
                own.wanFor(to),
                introduced == null ? IpAddress.UNSPECIFIED : introduced.lan(),
                introduced == null ? IpAddress.UNSPECIFIED : introduced.wan(),
                style == WalkStyle.NEW
                        ? IntroductionResponse.newFlags(false)
                        : IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, false, false, false),
                request.identifier(),
                ByteString.EMPTY);
        context.output().sendResponse(to, community, response);
    }

    private @Nullable Introduced introduced(Member member, InetSocketAddress requester) {
        return own.introduced(member.address(), member.lan(), member.isPublic(), requester);
    }

    private @Nullable Member drawOther(
            CommunityId community, PublicKey sender, InetSocketAddress requester, ConnectionType type) {
        List<Member> others = new ArrayList<>();
        List<Member> unlikely = new ArrayList<>();
        for (Member member : register.members(community)) {
            if (!member.key().equals(sender)
                    && !member.address().equals(requester)
                    && introduced(member, requester) != null) {
                switch (fit(member, requester, type)) {
                    case LIKELY -> others.add(member);
                    case UNLIKELY -> unlikely.add(member);
                    case POINTLESS -> {}
                }
            }
        }
        if (others.isEmpty()) {
            others = unlikely;
        }
        if (others.isEmpty()) {
            return null;
        }
        // Of a few drawn at random one that is known to be there: a newcomer who is only shown those who have left
        // stays alone. Nobody is left out for long.
        Member drawn = others.get(context.random().nextInt(others.size()));
        for (int more = 1; more < DRAWS && !drawn.isSteady(); more++) {
            drawn = others.get(context.random().nextInt(others.size()));
        }
        return drawn;
    }

    private static Acquaintance fit(Member member, InetSocketAddress requester, ConnectionType type) {
        boolean sameIp = member.address().getAddress().equals(requester.getAddress());
        return Acquaintance.of(type, member.connectionType(), member.isPublic(), sameIp);
    }

    private void onResponse(
            InetSocketAddress from, WalkPacket packet, IntroductionResponse response, Signature signature) {
        Question question = questions.get(response.identifier());
        if (question == null
                || !question.address.equals(from)
                || !question.member.key().equals(packet.sender())
                || !question.member.community().equals(packet.community())) {
            counters.dropped(DropReason.UNSOLICITED);
            return;
        }
        if (!signature.verifies()) {
            question.forgedAnswers++;
            counters.dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        questions.remove(response.identifier());
        own.reported(from, response.destination().endpoint());
        context.nat().voted();
        if (response.peerLimitReached()) {
            register.remove(question.member);
        } else {
            question.member.answeredAt(from, deadlines.nowNanos());
        }
    }

    private void round() {
        nextRound = deadlines.after(ROUND_NANOS, this::round);
        dropSilent();
        List<Member> members = register.all();
        int sample = Math.min(members.size(), Math.max(SAMPLE, members.size() / ROUNDS_FOR_ALL));
        for (int i = 0; i < sample; i++) {
            // Draws without repetition: each drawn member changes places with the first undrawn one.
            int drawn = i + context.random().nextInt(members.size() - i);
            Member member = members.get(drawn);
            members.set(drawn, members.get(i));
            if (questions.size() < MAX_QUESTIONS) {
                member.asked();
                ask(member, member.address());
            }
        }
    }

    private void ask(Member member, InetSocketAddress address) {
        int identifier = context.random().nextInt(IDENTIFIERS);
        questions.put(identifier, new Question(member, address, deadlines.nowNanos()));
        IpAddress to = new IpAddress(address);
        context.output()
                .sendRequest(
                        address,
                        member.community(),
                        new IntroductionRequest(
                                WalkStyle.OLD,
                                to,
                                IpAddress.UNSPECIFIED,
                                own.wanFor(address),
                                IntroductionRequest.flags(ConnectionType.UNKNOWN, false, false),
                                identifier,
                                ByteString.EMPTY));
    }

    private void dropSilent() {
        long now = deadlines.nowNanos();
        for (Iterator<Question> open = questions.values().iterator(); open.hasNext(); ) {
            Question question = open.next();
            if (now - question.sentNanos >= ANSWER_NANOS) {
                open.remove();
                if (question.member.unansweredQuestions() >= UNANSWERED_QUESTIONS) {
                    register.remove(question.member);
                }
            }
        }
    }

    List<TableSize> tables() {
        int members = BootstrapRegister.MAX_COMMUNITIES * BootstrapRegister.MAX_MEMBERS;
        return List.of(
                new TableSize("overlays introduced", register.communities(), BootstrapRegister.MAX_COMMUNITIES),
                new TableSize("members introduced", register.size(), members),
                new TableSize("questions to members", questions.size(), MAX_QUESTIONS));
    }

    int memberCount() {
        return register.size();
    }
}
