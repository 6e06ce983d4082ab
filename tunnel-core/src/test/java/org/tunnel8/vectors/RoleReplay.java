package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.vectors.Scenario.Node;
import org.tunnel8.vectors.Scenario.Recorded;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkPacket;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Plays a scenario to one engine in the place of one of its nodes: what the recording has for that node is handed to the
 * engine, and what it has from that node must come from the engine, to the same addresses and, for each neighbour, in
 * the same order. What may differ is listed in docs/vectors.md and nothing else is let pass.
 *
 * <p>This class knows how nodes walk; what they do with circuits is left to {@link CircuitReplay}.
 */
final class RoleReplay {
    /** Between recorded requests; punctures for one target are half a second apart at least. */
    private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(600);

    private final Scenario scenario;
    private final Node self;
    private final ScriptedRandom random = new ScriptedRandom();
    private final ScenarioNode node;
    private final CircuitReplay circuits;
    private final List<WalkPacket> sentByOurClock = new ArrayList<>();
    private boolean walking = true;
    private int handedIn;
    private int compared;
    private int repeated;
    private int otherStyle;

    private RoleReplay(Scenario scenario, Node self) {
        this.scenario = scenario;
        this.self = self;
        boolean owner = CircuitReplay.isOwner(scenario, self);
        CircuitReplay.prepare(scenario, self, owner, random);
        this.node = new ScenarioNode(scenario, self, random, owner ? CircuitReplay.settings(scenario) : null);
        this.circuits = new CircuitReplay(scenario, self, owner, node, random);
    }

    /** What a replay came to. */
    record Outcome(int handedIn, int compared, int repeated, int otherStyle) {}

    static Outcome run(Scenario scenario, Node self) {
        return new RoleReplay(scenario, self).run();
    }

    private Outcome run() {
        List<Recorded> datagrams = scenario.datagrams();
        for (int i = 0; i < datagrams.size(); i++) {
            Recorded recorded = datagrams.get(i);
            try {
                play(i, recorded);
            } catch (AssertionError | RuntimeException | MalformedMessageException e) {
                throw new AssertionError(
                        scenario.name() + ", in the place of " + self.name() + ", datagram " + i + " ("
                                + recorded.message() + "): " + e.getMessage(),
                        e);
            }
        }
        finish();
        return new Outcome(handedIn, compared, repeated, otherStyle);
    }

    private void play(int index, Recorded recorded) throws MalformedMessageException {
        if (walking && recorded.isCell()) {
            walking = false;
            random.endWalking();
            circuits.begin();
        }
        if (recorded.message().equals("introduction-request")) {
            node.runFor(BETWEEN_REQUESTS);
        }
        if (recorded.to().equals(self.wan())) {
            if (walking) {
                foresee(index, recorded);
            }
            node.receive(recorded.from(), recorded.packet());
            random.endIntroducing();
            assertThat(random.isArmed()).as("an identifier not taken").isFalse();
            handedIn++;
        } else if (circuits.isOutsideSocket(recorded.to())) {
            node.receiveOutside(recorded.from(), recorded.packet());
            handedIn++;
        } else if (recorded.from().equals(self.wan())) {
            if (recorded.message().equals("introduction-request")) {
                expectRequest(index, recorded);
            } else if (walking) {
                compare(decode(recorded.packet()).message(), recorded.to(), takeOther(recorded));
            } else {
                circuits.expect(recorded);
            }
            compared++;
        } else if (circuits.isOutsideSocket(recorded.from())) {
            circuits.expectOutside(recorded);
            compared++;
        }
    }

    /** Prepares the choices that the engine makes when it gets this datagram. */
    private void foresee(int index, Recorded recorded) throws MalformedMessageException {
        WalkMessage message = decode(recorded.packet()).message();
        if (message instanceof IntroductionRequest request) {
            IntroductionResponse answer = recordedAnswer(index, recorded.from(), request.identifier());
            if (answer.introduces()) {
                InetSocketAddress introduced = answer.introducedWan().endpoint();
                random.introduce(peersBut(self.wan()).indexOf(introduced));
            }
        } else if (message instanceof IntroductionResponse response && response.introduces()) {
            // Our walker asks at once who is at an address that is new; the recorded node does later.
            InetSocketAddress introduced = response.introducedWan().endpoint();
            boolean news = node.engine().peers().byAddress(introduced) == null
                    && node.requestsTo(introduced).isEmpty();
            if (news) {
                random.arm(identifier(recordedRequest(introduced)));
            }
        }
    }

    private IntroductionResponse recordedAnswer(int index, InetSocketAddress to, int identifier)
            throws MalformedMessageException {
        for (Recorded later :
                scenario.datagrams().subList(index, scenario.datagrams().size())) {
            if (later.from().equals(self.wan())
                    && later.to().equals(to)
                    && later.message().equals("introduction-response")
                    && decode(later.packet()).message() instanceof IntroductionResponse response
                    && response.identifier() == identifier) {
                return response;
            }
        }
        throw new AssertionError("the recording has no answer to this request");
    }

    private Recorded recordedRequest(InetSocketAddress to) {
        for (Recorded request : scenario.datagrams()) {
            if (request.message().equals("introduction-request")
                    && request.from().equals(self.wan())
                    && request.to().equals(to)) {
                return request;
            }
        }
        throw new AssertionError("the recording has no request to an address that was introduced");
    }

    /** Addresses of the peers that can be introduced to one of them, in the table's order. */
    private List<InetSocketAddress> peersBut(InetSocketAddress requester) {
        List<InetSocketAddress> others = new ArrayList<>();
        for (Peer peer : node.engine().peers().all()) {
            if (!peer.address().equals(requester)) {
                others.add(peer.address());
            }
        }
        return others;
    }

    private void expectRequest(int index, Recorded recorded) throws MalformedMessageException {
        Deque<byte[]> sent = node.requestsTo(recorded.to());
        int identifier = identifier(recorded);
        IntroductionRequest wanted =
                (IntroductionRequest) decode(recorded.packet()).message();
        if (sent.stream().noneMatch(packet -> identifier(packet) == identifier)) {
            int peer = peersBut(self.wan()).indexOf(recorded.to());
            if (peer < 0) {
                node.introduce(recorded.to(), wanted.style() == WalkStyle.NEW, identifier);
            } else {
                random.choose(peer);
                random.askPeer(identifier);
                node.runUntil("a request to a peer", () -> !sent.isEmpty());
                wanted = inStyleOfPeer(wanted, index, recorded.to());
            }
        }
        byte[] actual = sent.remove();
        compare(wanted, recorded.to(), actual);
        // Until its answer comes, a request is repeated under identifiers of our own.
        while (!sent.isEmpty()) {
            checkRepeated(actual, sent.remove());
        }
    }

    /**
     * The request in the style that the peer has shown to speak (PROTOCOL.md §4). The recorded nodes were told to walk to
     * an address, for which the reference looks at nothing but how that address was introduced.
     */
    private IntroductionRequest inStyleOfPeer(IntroductionRequest request, int index, InetSocketAddress peer)
            throws MalformedMessageException {
        boolean newStyle = false;
        for (Recorded before : scenario.datagrams().subList(0, index)) {
            if (before.from().equals(peer) && before.to().equals(self.wan())) {
                WalkMessage message = decode(before.packet()).message();
                newStyle |= message instanceof IntroductionRequest asked
                        && (asked.style() == WalkStyle.NEW || asked.speaksNewStyle());
                newStyle |= message instanceof IntroductionResponse answer && answer.speaksNewStyle();
            }
        }
        WalkStyle style = newStyle ? WalkStyle.NEW : WalkStyle.OLD;
        if (style == request.style()) {
            return request;
        }
        otherStyle++;
        return new IntroductionRequest(
                style,
                request.destination(),
                request.sourceLan(),
                request.sourceWan(),
                newStyle ? 0 : IntroductionRequest.flags(ConnectionType.UNKNOWN, false, true),
                request.identifier(),
                request.extra());
    }

    private void checkRepeated(byte[] request, byte[] again) throws MalformedMessageException {
        WalkPacket packet = decode(again);
        IntroductionRequest message = (IntroductionRequest) packet.message();
        IntroductionRequest first = (IntroductionRequest) decode(request).message();
        assertThat(message.identifier()).isGreaterThanOrEqualTo(ScriptedRandom.FIRST_OWN_IDENTIFIER);
        assertThat(message)
                .isEqualTo(new IntroductionRequest(
                        first.style(),
                        first.destination(),
                        first.sourceLan(),
                        first.sourceWan(),
                        first.flags(),
                        message.identifier(),
                        first.extra()));
        checkSender(packet, again);
        repeated++;
    }

    private byte[] takeOther(Recorded recorded) {
        Deque<byte[]> sent = node.othersTo(recorded.to());
        assertThat(sent).as("sent to that neighbour").isNotEmpty();
        return sent.remove();
    }

    private void compare(WalkMessage wanted, InetSocketAddress to, byte[] actual) throws MalformedMessageException {
        WalkPacket packet = decode(actual);
        assertThat(packet.message()).isEqualTo(asWeSend(wanted, to));
        checkSender(packet, actual);
        if (!(packet.message() instanceof IntroductionRequest)) {
            sentByOurClock.add(packet);
        }
    }

    private void checkSender(WalkPacket packet, byte[] bytes) {
        assertThat(packet.community()).isEqualTo(scenario.community());
        PublicKey own = self.identity().publicKey();
        assertThat(packet.sender()).isEqualTo(packet.message().signed() ? own : null);
        assertThat(!packet.message().signed() || WalkCodec.verify(packet, bytes, 0))
                .isTrue();
        if (packet.message() instanceof IntroductionRequest request) {
            assertThat(packet.globalTime()).isEqualTo(request.identifier());
        }
    }

    /** The recorded message as we send it: LAN addresses are told only to those who share the WAN address (D19). */
    private WalkMessage asWeSend(WalkMessage message, InetSocketAddress to) {
        if (message instanceof IntroductionRequest request) {
            return new IntroductionRequest(
                    request.style(),
                    request.destination(),
                    lanTold(request.sourceLan(), self.wan(), to),
                    request.sourceWan(),
                    request.flags(),
                    request.identifier(),
                    request.extra());
        }
        if (message instanceof IntroductionResponse response) {
            return new IntroductionResponse(
                    response.style(),
                    response.destination(),
                    lanTold(response.sourceLan(), self.wan(), to),
                    response.sourceWan(),
                    lanTold(response.introducedLan(), response.introducedWan().endpoint(), to),
                    response.introducedWan(),
                    response.flags(),
                    response.identifier(),
                    response.extra());
        }
        if (message instanceof Puncture puncture) {
            return new Puncture(
                    puncture.style(),
                    lanTold(puncture.sourceLan(), self.wan(), to),
                    puncture.sourceWan(),
                    puncture.identifier());
        }
        assertThat(message).isInstanceOf(PunctureRequest.class);
        return message;
    }

    private static IpAddress lanTold(IpAddress lan, InetSocketAddress whose, InetSocketAddress to) {
        return whose.getAddress().equals(to.getAddress()) ? lan : IpAddress.UNSPECIFIED;
    }

    private void finish() {
        String where = scenario.name() + ", in the place of " + self.name();
        node.requests()
                .forEach((to, sent) ->
                        assertThat(sent).as("%s: requests to %s", where, to).isEmpty());
        node.others()
                .forEach((to, sent) ->
                        assertThat(sent).as("%s: sent to %s", where, to).isEmpty());
        assertThat(node.outside()).as("%s: sent to the outside", where).isEmpty();
        assertThat(random.left()).as("%s: recorded draws left", where).isZero();
        checkClock(where);
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        circuits.finish(drops);
        assertThat(node.engine().counters().drops()).as("%s: drops", where).isEqualTo(drops);
    }

    /** Messages that bear our clock count on; requests bear their identifiers instead. */
    private void checkClock(String where) {
        long before = 0;
        for (WalkPacket packet : sentByOurClock) {
            assertThat(packet.globalTime()).as("%s: clock", where).isGreaterThan(before);
            before = packet.globalTime();
        }
    }

    private static int identifier(Recorded request) {
        return identifier(request.packet());
    }

    private static int identifier(byte[] request) {
        try {
            return ((IntroductionRequest) decode(request).message()).identifier();
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    private static WalkPacket decode(byte[] packet) throws MalformedMessageException {
        return WalkCodec.decode(packet, 0, packet.length);
    }
}
