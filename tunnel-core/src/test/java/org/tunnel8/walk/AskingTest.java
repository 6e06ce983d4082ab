package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.WalkStyle;

/** What follows from our own introduction requests. */
class AskingTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode node = new TestNode(network, at("203.0.113.5:7000"), b -> b.target(20, 0)).start();
    private final Outsider other = new Outsider(network, "198.51.100.1:8000");

    private void settle() {
        network.runFor(Duration.ofMillis(90));
    }

    private IntroductionRequest asked() {
        node.discovery().walkTo(other.address());
        settle();
        return other.last(IntroductionRequest.class);
    }

    @Test
    void asksInOldStyleWithoutTellingItsLanAddress() {
        IntroductionRequest request = asked();

        assertThat(request.style()).isEqualTo(WalkStyle.OLD);
        assertThat(request.destination()).isEqualTo(other.ip());
        assertThat(request.sourceLan()).isEqualTo(IpAddress.UNSPECIFIED);
        assertThat(request.speaksNewStyle()).isFalse();
        assertThat(other.inbox().get(0).packet().globalTime()).isEqualTo(request.identifier());
        assertThat(node.discovery().handshake(other.address())).isEqualTo(HandshakeState.INTRO_REQUEST_SENT);
    }

    @Test
    void makesTheOneWhoAnswersAConfirmedPeerWithARoundTrip() {
        other.answering();
        asked();
        settle();

        Peer peer = node.peers().byKey(other.key());
        assertThat(peer.isConfirmed()).isTrue();
        assertThat(peer.address()).isEqualTo(other.address());
        assertThat(peer.flags().has(PeerFlags.RELAY)).isTrue();
        assertThat(peer.rtt().smoothedNanos()).isEqualTo(60_000_000);
        assertThat(peer.reliability().score(PeerRole.INTRODUCTION, network.nowNanos()))
                .isGreaterThan(0.5);
        assertThat(node.discovery().handshake(other.address())).isEqualTo(HandshakeState.COMPLETE);
    }

    @Test
    void takesNoAnswerThatItDidNotAskFor() {
        other.send(node, Outsider.responseTo(Outsider.request(node.address(), 1), other.ip(), other.ip()));
        settle();

        assertThat(node.peers().size()).isZero();
        assertThat(node.drops(DropReason.UNSOLICITED)).isEqualTo(1);
        assertThat(node.discovery().wanAddress()).isNull();
    }

    @Test
    void takesNoAnswerWithTheWrongNumber() {
        IntroductionRequest request = asked();
        other.send(
                node,
                Outsider.responseTo(
                        Outsider.request(node.address(), request.identifier() ^ 1),
                        Outsider.NOWHERE,
                        Outsider.NOWHERE));
        settle();

        assertThat(node.peers().size()).isZero();
    }

    @Test
    void takesNoAnswerWithAWrongSignature() {
        IntroductionRequest request = asked();
        byte[] packet =
                other.packet(CommunityId.TRIBLER, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE));
        packet[60] ^= 1;
        network.send(other.address(), node.address(), packet);
        settle();

        assertThat(node.peers().size()).isZero();
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isEqualTo(1);
    }

    @Test
    void takesAnAnswerOnce() {
        other.answering();
        IntroductionRequest request = asked();
        other.send(node, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE));
        settle();

        assertThat(node.drops(DropReason.DUPLICATE_ANSWER)).isPositive();
    }

    @Test
    void asksWhereAnAnswerReallyCameFromBeforeItBelievesIt() {
        Outsider elsewhere = new Outsider(network, "198.51.100.1:8001");
        IntroductionRequest request = asked();
        elsewhere.send(node, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE));
        settle();

        assertThat(node.peers().size()).isZero();
        assertThat(node.discovery().handshake(elsewhere.address())).isEqualTo(HandshakeState.INTRO_REQUEST_SENT);

        IntroductionRequest second = elsewhere.last(IntroductionRequest.class);
        elsewhere.send(node, Outsider.responseTo(second, Outsider.NOWHERE, Outsider.NOWHERE));
        settle();
        assertThat(node.peers().byKey(elsewhere.key()).address()).isEqualTo(elsewhere.address());
    }

    @Test
    void walksToTheIntroducedAddress() {
        Outsider introduced = new Outsider(network, "192.0.2.9:9000").answering();
        other.answering(request -> Outsider.responseTo(request, Outsider.NOWHERE, introduced.ip()));
        node.discovery().walkTo(other.address());

        assertThat(network.runUntil(() -> node.peers().size() == 2, Duration.ofSeconds(2)))
                .isTrue();
    }

    @Test
    void remembersNoShareOfWhoHasUsedUpNothingOfIt() {
        for (int i = 1; i <= 10; i++) {
            Outsider peer = new Outsider(network, "192.0." + i + ".9:9000").answering();
            node.discovery().walkTo(peer.address());
            settle();
            peer.send(node, Outsider.request(node.address(), i));
            network.runFor(Duration.ofSeconds(3));
        }

        assertThat(node.peers().size()).isGreaterThanOrEqualTo(10);
        assertThat(sizeOf("shares of known senders")).isEqualTo(1);
    }

    private int sizeOf(String table) {
        return node.discovery().tables().stream()
                .filter(size -> size.table().equals(table))
                .mapToInt(TableSize::size)
                .sum();
    }

    @Test
    void looksForMoreExitsThanItNeedsOnceTheyAreWanted() {
        Outsider introduced = new Outsider(network, "192.0.2.9:9000").answering();
        TestNode sated = new TestNode(network, at("203.0.113.77:7000"), b -> b.target(1, 0)).start();
        Outsider first = new Outsider(network, "198.51.100.7:8000").answering();
        sated.discovery().walkTo(first.address());
        network.runFor(Duration.ofSeconds(2));
        sated.discovery()
                .walkTo(new Outsider(network, "198.51.100.8:8000").answering().address());
        network.runFor(Duration.ofSeconds(2));
        first.answering(request -> Outsider.responseTo(request, Outsider.NOWHERE, introduced.ip()));
        int enough = sated.peers().size();
        assertThat(enough).isEqualTo(2);

        sated.advance();
        sated.peers().wantExits(1);
        network.runFor(Duration.ofSeconds(5));
        assertThat(sated.peers().byKey(introduced.key())).isNotNull();
    }

    @Test
    void isNotSentToPrivateAddressesByAStranger() {
        Outsider neighbour = new Outsider(network, "192.168.1.1:9000");
        other.answering(request -> Outsider.responseTo(request, neighbour.ip(), neighbour.ip()));
        node.discovery().walkTo(other.address());
        network.runFor(Duration.ofSeconds(5));

        assertThat(neighbour.inbox()).isEmpty();
    }

    @Test
    void speaksNewStyleToAPeerThatSaidItDoes() {
        other.answering(request -> new IntroductionResponse(
                WalkStyle.OLD,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, true, false, false),
                request.identifier(),
                request.extra()));
        assertThat(asked().style()).isEqualTo(WalkStyle.OLD);

        network.runFor(Duration.ofSeconds(2));
        assertThat(other.last(IntroductionRequest.class).style()).isEqualTo(WalkStyle.NEW);
    }

    @Test
    void takesAnAddressThatDoesNotAnswerForDead() {
        node.discovery().walkTo(other.address());
        network.runFor(Duration.ofSeconds(11));
        assertThat(other.received(IntroductionRequest.class)).hasSize(6);

        node.discovery().walkTo(other.address());
        network.runFor(Duration.ofSeconds(11));
        assertThat(other.received(IntroductionRequest.class)).hasSize(6);

        network.runFor(Duration.ofNanos(WalkableAddresses.DEAD_NANOS));
        node.discovery().walkTo(other.address());
        settle();
        assertThat(other.received(IntroductionRequest.class).size()).isGreaterThan(6);
    }

    @Test
    void takesAPeerThatStopsAnsweringOutOfTheCandidates() {
        other.answering();
        asked();
        settle();
        assertThat(node.peers().candidates(PeerFlags.RELAY)).hasSize(1);

        other.answering(request -> null);
        network.runFor(Duration.ofSeconds(15));
        assertThat(node.peers().candidates(PeerFlags.RELAY)).isEmpty();
        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(node.peers().byKey(other.key()).reliability().failuresInARow(PeerRole.INTRODUCTION))
                .isEqualTo(1);

        other.send(node, Outsider.request(node.address(), 1));
        settle();
        assertThat(node.peers().candidates(PeerFlags.RELAY)).hasSize(1);
    }

    @Test
    void learnsItsOwnAddressFromTwoThatAgree() {
        Outsider second = new Outsider(network, "192.0.2.9:9000");
        for (Outsider responder : new Outsider[] {other, second}) {
            responder.answering(request -> new IntroductionResponse(
                    request.style(),
                    new IpAddress(at("203.0.113.99:55555")),
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    0,
                    request.identifier(),
                    request.extra()));
        }
        asked();
        settle();
        assertThat(node.discovery().wanAddress()).isNull();

        node.discovery().walkTo(second.address());
        network.runFor(Duration.ofSeconds(1));
        assertThat(node.discovery().wanAddress()).isEqualTo(at("203.0.113.99:55555"));
    }

    @Test
    void walksToWhereAPunctureItCausedCameFrom() {
        Outsider introduced = new Outsider(network, "192.0.2.9:9000");
        IntroductionRequest request = asked();
        introduced.send(
                node,
                new Puncture(WalkStyle.OLD, Outsider.NOWHERE, new IpAddress(node.address()), request.identifier()));
        settle();

        assertThat(introduced.received(IntroductionRequest.class)).isNotEmpty();
        assertThat(node.peers().byKey(introduced.key())).isNull();
    }

    @Test
    void repeatsARequestAtOnceWhenThePunctureComes() {
        IntroductionRequest request = asked();
        int before = other.received(IntroductionRequest.class).size();
        other.send(
                node,
                new Puncture(WalkStyle.OLD, Outsider.NOWHERE, new IpAddress(node.address()), request.identifier()));
        network.runFor(Duration.ofMillis(60));

        assertThat(other.received(IntroductionRequest.class).size()).isGreaterThan(before);
        assertThat(node.discovery().handshake(other.address())).isEqualTo(HandshakeState.PUNCTURE_RECEIVED);
    }

    @Test
    void ignoresPuncturesThatItDidNotCause() {
        other.send(node, new Puncture(WalkStyle.OLD, Outsider.NOWHERE, new IpAddress(node.address()), 5));
        settle();

        assertThat(other.inbox()).isEmpty();
        assertThat(node.drops(DropReason.UNSOLICITED)).isEqualTo(1);
    }

    @Test
    void doesNotBecomeItsOwnPeer() {
        node.discovery().walkTo(node.address());
        network.runFor(Duration.ofSeconds(1));

        assertThat(network.passages()).isEmpty();
    }
}
