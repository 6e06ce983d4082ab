package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkStyle;

/** What others get for their introduction requests. */
class AnsweringTest {
    private static final PeerFlags FLAGS = new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT);

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode node =
            new TestNode(network, at("203.0.113.5:7000"), b -> b.flags(FLAGS).target(1, 0)).start();
    private final Outsider stranger = new Outsider(network, "198.51.100.1:8000");

    private void settle() {
        network.runFor(Duration.ofMillis(200));
    }

    private IntroductionRequest requestWithFlags(WalkStyle style, int flags) {
        return new IntroductionRequest(
                style, new IpAddress(node.address()), Outsider.NOWHERE, Outsider.NOWHERE, flags, 77, ByteString.EMPTY);
    }

    @Test
    void makesTheSenderOfARequestAPeerAndAnswersWithItsFlags() {
        stranger.send(node, Outsider.request(node.address(), 4711));
        settle();

        IntroductionResponse response = stranger.last(IntroductionResponse.class);
        assertThat(response.style()).isEqualTo(WalkStyle.OLD);
        assertThat(response.identifier()).isEqualTo(4711);
        assertThat(response.destination()).isEqualTo(stranger.ip());
        assertThat(response.sourceLan()).isEqualTo(Outsider.NOWHERE);
        assertThat(response.introduces()).isFalse();
        assertThat(response.speaksNewStyle()).isTrue();
        assertThat(response.peerLimitReached()).isFalse();
        assertThat(response.extra()).isEqualTo(FLAGS.toExtra());
        Peer peer = node.peers().byKey(stranger.key());
        assertThat(peer.flags()).isEqualTo(new PeerFlags(PeerFlags.RELAY));
        assertThat(peer.isConfirmed()).isFalse();
        assertThat(node.discovery().handshake(stranger.address())).isEqualTo(HandshakeState.COMPLETE);
    }

    @Test
    void takesTheFlagsOfTheNewestMessage() {
        stranger.answering(request -> new IntroductionResponse(
                request.style(),
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                0,
                request.identifier(),
                FLAGS.toExtra()));
        stranger.send(node, Outsider.request(node.address(), 1, FLAGS.toExtra()));
        settle();
        assertThat(node.peers().candidates(PeerFlags.EXIT_BT)).hasSize(1);

        stranger.send(node, Outsider.request(node.address(), 2, ByteString.EMPTY));
        settle();
        assertThat(node.peers().candidates(PeerFlags.EXIT_BT)).isEmpty();
        assertThat(node.peers().byKey(stranger.key()).flags()).isEqualTo(PeerFlags.NONE);
    }

    @Test
    void answersARequestWithHalfAFlagsFieldAsOneWithoutFlags() {
        stranger.send(node, Outsider.request(node.address(), 1, ByteString.of(new byte[] {1})));
        settle();

        assertThat(stranger.received(IntroductionResponse.class)).hasSize(1);
        assertThat(node.peers().byKey(stranger.key()).flags()).isEqualTo(PeerFlags.NONE);
    }

    @Test
    void answersInTheStyleThatThePeerHasShown() {
        stranger.send(node, requestWithFlags(WalkStyle.OLD, 0));
        settle();
        assertThat(stranger.last(IntroductionResponse.class).style()).isEqualTo(WalkStyle.OLD);

        stranger.send(
                node, requestWithFlags(WalkStyle.OLD, IntroductionRequest.flags(ConnectionType.UNKNOWN, true, false)));
        settle();
        assertThat(stranger.last(IntroductionResponse.class).style()).isEqualTo(WalkStyle.NEW);

        stranger.send(node, requestWithFlags(WalkStyle.OLD, 0));
        settle();
        assertThat(stranger.last(IntroductionResponse.class).style()).isEqualTo(WalkStyle.NEW);
    }

    @Test
    void answersANewStyleRequestInNewStyle() {
        stranger.send(node, requestWithFlags(WalkStyle.NEW, 0));
        settle();

        IntroductionResponse response = stranger.last(IntroductionResponse.class);
        assertThat(response.style()).isEqualTo(WalkStyle.NEW);
        assertThat(response.extra()).isEqualTo(FLAGS.toExtra());
        assertThat(node.peers().byKey(stranger.key()).speaksNewStyle()).isTrue();
    }

    @Test
    void introducesAnotherPeerAndHasItPunctureFirst() {
        Outsider other = new Outsider(network, "198.51.200.2:9000");
        other.send(node, Outsider.request(node.address(), 1));
        settle();
        network.forgetPassages();

        stranger.send(node, Outsider.request(node.address(), 4711));
        settle();

        IntroductionResponse response = stranger.last(IntroductionResponse.class);
        assertThat(response.introducedWan()).isEqualTo(other.ip());
        assertThat(response.introducedLan()).isEqualTo(Outsider.NOWHERE);
        PunctureRequest puncture = other.last(PunctureRequest.class);
        assertThat(puncture.identifier()).isEqualTo(4711);
        assertThat(puncture.walkerWan()).isEqualTo(stranger.ip());
        assertThat(puncture.walkerLan()).isEqualTo(new IpAddress(node.address()));
        assertThat(network.passages())
                .filteredOn(passage -> passage.from().equals(node.address()))
                .extracting(passage -> passage.messageId())
                .filteredOn(id -> id != 246)
                .containsExactly(250, 245);
    }

    @Test
    void tellsWhetherTheIntroducedPeerSpeaksNewStyle() {
        Outsider other = new Outsider(network, "198.51.200.2:9000");
        other.send(node, requestWithFlags(WalkStyle.NEW, 0));
        settle();
        stranger.send(node, Outsider.request(node.address(), 4711));
        settle();

        assertThat(stranger.last(IntroductionResponse.class).introducedSpeaksNewStyle())
                .isTrue();
    }

    @Test
    void drawsWhomToIntroduceAtRandom() {
        List<Outsider> others = List.of(
                new Outsider(network, "198.51.201.2:9000"),
                new Outsider(network, "198.51.202.2:9000"),
                new Outsider(network, "198.51.203.2:9000"));
        others.forEach(other -> other.send(node, Outsider.request(node.address(), 1)));
        settle();
        for (int i = 0; i < 40; i++) {
            stranger.send(node, Outsider.request(node.address(), i));
        }
        settle();

        assertThat(stranger.received(IntroductionResponse.class))
                .extracting(IntroductionResponse::introducedWan)
                .containsOnly(
                        others.get(0).ip(), others.get(1).ip(), others.get(2).ip());
    }

    @Test
    void doesNotIntroducePeersThatDoNotAnswer() {
        Outsider dead = new Outsider(network, "198.51.200.2:9000");
        dead.send(node, Outsider.request(node.address(), 1));
        settle();
        node.peers().unreachable(node.peers().byKey(dead.key()));
        stranger.send(node, Outsider.request(node.address(), 2));
        settle();

        assertThat(stranger.last(IntroductionResponse.class).introduces()).isFalse();
    }

    @Test
    void doesNotIntroduceAPrivateAddressToTheInternet() {
        Outsider neighbour = new Outsider(network, "192.168.1.9:9000");
        neighbour.send(node, Outsider.request(node.address(), 1));
        settle();
        stranger.send(node, Outsider.request(node.address(), 2));
        settle();

        assertThat(stranger.last(IntroductionResponse.class).introduces()).isFalse();
    }

    @Test
    void introducesSomebodyElseInPlaceOfAPrivateAddress() {
        Outsider other = new Outsider(network, "198.51.200.2:9000");
        new Outsider(network, "192.168.1.9:9000").send(node, Outsider.request(node.address(), 1));
        other.send(node, Outsider.request(node.address(), 1));
        settle();
        for (int i = 0; i < 20; i++) {
            stranger.send(node, Outsider.request(node.address(), i));
        }
        settle();

        assertThat(stranger.received(IntroductionResponse.class))
                .extracting(IntroductionResponse::introducedWan)
                .containsOnly(other.ip());
    }

    @Test
    void dropsARequestWithAWrongSignature() {
        byte[] packet = stranger.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1));
        packet[packet.length - 1] ^= 1;
        network.send(stranger.address(), node.address(), packet);
        settle();

        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isEqualTo(1);
        assertThat(node.peers().size()).isZero();
        assertThat(stranger.inbox()).isEmpty();
    }

    @Test
    void dropsItsOwnRequestThatComesBack() {
        byte[] own = WalkCodec.encode(CommunityId.TRIBLER, Outsider.request(node.address(), 1), 1, node.identity());
        network.send(stranger.address(), node.address(), own);
        settle();

        assertThat(node.drops(DropReason.OWN_MESSAGE)).isEqualTo(1);
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void asksAtAnAddressThatTwoKeysClaimAndBelievesTheAnswer() {
        Outsider honest = new Outsider(network, "198.51.200.2:9000").answering();
        honest.send(node, Outsider.request(node.address(), 1));
        settle();

        stranger.sendFrom(honest.address(), node, CommunityId.TRIBLER, Outsider.request(node.address(), 2));
        settle();

        assertThat(honest.received(IntroductionRequest.class)).isNotEmpty();
        assertThat(node.peers().byKey(stranger.key())).isNull();
        assertThat(node.peers().byKey(honest.key()).isConfirmed()).isTrue();
    }

    @Test
    void doesNotMoveAPeerWhoseRequestIsReplayedFromElsewhere() {
        Outsider honest = new Outsider(network, "198.51.200.2:9000").answering();
        honest.send(node, Outsider.request(node.address(), 1));
        settle();

        byte[] overheard = honest.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1));
        network.send(stranger.address(), node.address(), overheard);
        settle();

        assertThat(node.peers().byKey(honest.key()).address()).isEqualTo(honest.address());
        assertThat(stranger.received(IntroductionRequest.class)).isNotEmpty();
    }

    @Test
    void followsAPeerThatAnswersFromItsNewAddressOnceItIsSilentAtTheOld() {
        Outsider before = new Outsider(network, "198.51.200.2:9000").answering();
        before.send(node, Outsider.request(node.address(), 1));
        settle();
        network.leave(before);
        Outsider after = before.movedTo("198.51.201.3:9001").answering();
        after.send(node, Outsider.request(node.address(), 2));
        settle();

        assertThat(node.peers().byAddress(after.address()))
                .isSameAs(node.peers().byKey(after.key()));
        assertThat(node.peers().byKey(after.key()).address()).isEqualTo(before.address());

        network.runFor(Duration.ofNanos(PeerTable.MOVE_NANOS).plusSeconds(1));
        assertThat(node.peers().byKey(after.key()).address()).isEqualTo(after.address());
        assertThat(node.peers().size()).isEqualTo(1);
    }

    @Test
    void dropsAnotherVersionAndShunsOnlyAKeyThatSignedIt() {
        Outsider peer = new Outsider(network, "198.51.200.2:9000");
        peer.send(node, Outsider.request(node.address(), 1));
        settle();

        byte[] forged = peer.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 2));
        forged[1] = 1;
        network.send(peer.address(), node.address(), forged);
        settle();
        assertThat(node.drops(DropReason.FOREIGN_VERSION)).isEqualTo(1);
        assertThat(node.peers().byKey(peer.key())).isNotNull();

        network.send(peer.address(), node.address(), peer.packetOfVersion(1, Outsider.request(node.address(), 2)));
        settle();
        assertThat(node.drops(DropReason.FOREIGN_VERSION)).isEqualTo(2);
        assertThat(node.peers().byKey(peer.key())).isNull();
        assertThat(node.peers().isIncompatible(peer.key())).isTrue();
    }

    @Test
    void leavesCellsAndOtherOverlaysToOthers() {
        byte[] cell = new byte[60];
        CommunityId.TRIBLER.putPrefix(cell, 0);
        network.send(stranger.address(), node.address(), cell);
        stranger.send(node, CommunityId.PLAIN_TUNNEL, Outsider.request(node.address(), 1));
        network.send(stranger.address(), node.address(), new byte[10]);
        settle();

        assertThat(node.notTaken()).isEqualTo(3);
    }

    @Test
    void countsTheWalkersDeadMessages() {
        byte[] dead = new byte[60];
        CommunityId.TRIBLER.putPrefix(dead, 0);
        dead[22] = (byte) 248;
        network.send(stranger.address(), node.address(), dead);
        settle();

        assertThat(node.drops(DropReason.UNKNOWN_MESSAGE)).isEqualTo(1);
        assertThat(node.notTaken()).isZero();
    }
}
