package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkStyle;

class BootstrapServerTest {
    private static final CommunityId SOME_OVERLAY = CommunityId.parse("00112233445566778899aabbccddeeff00112233");

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
    private final Outsider one = new Outsider(network, "198.51.100.1:8000");
    private final Outsider two = new Outsider(network, "198.51.200.2:8000");

    private void settle() {
        network.runFor(Duration.ofMillis(100));
    }

    private int members() {
        return server.discovery().status().introducible();
    }

    private void register(Outsider node, CommunityId community, int identifier) {
        node.send(server, community, Outsider.request(server.address(), identifier));
        settle();
    }

    @Test
    void introducesTheMembersOfAnyOverlayToEachOther() {
        register(one, SOME_OVERLAY, 1);
        register(two, SOME_OVERLAY, 4711);

        IntroductionResponse first = one.last(IntroductionResponse.class);
        assertThat(first.introduces()).isFalse();
        IntroductionResponse second = two.last(IntroductionResponse.class);
        assertThat(second.introducedWan()).isEqualTo(one.ip());
        assertThat(second.identifier()).isEqualTo(4711);
        assertThat(second.destination()).isEqualTo(two.ip());
        assertThat(second.extra()).isEqualTo(ByteString.EMPTY);
        assertThat(two.inbox().get(0).packet().community()).isEqualTo(SOME_OVERLAY);
        PunctureRequest puncture = one.last(PunctureRequest.class);
        assertThat(puncture.walkerWan()).isEqualTo(two.ip());
        assertThat(puncture.identifier()).isEqualTo(4711);
    }

    @Test
    void hasTheOtherPunctureBeforeItAnswers() {
        register(one, SOME_OVERLAY, 1);
        network.forgetPassages();
        register(two, SOME_OVERLAY, 2);

        assertThat(network.passages())
                .filteredOn(passage -> passage.from().equals(server.address()))
                .extracting(passage -> passage.messageId())
                .containsExactly(250, 245, 246);
    }

    @Test
    void doesNotIntroduceAcrossOverlays() {
        register(one, SOME_OVERLAY, 1);
        register(two, CommunityId.TRIBLER, 2);

        assertThat(two.last(IntroductionResponse.class).introduces()).isFalse();
    }

    @Test
    void servesTheDiscoveryOverlayAndAnswersItsPings() {
        register(one, CommunityId.DISCOVERY, 1);
        register(two, CommunityId.DISCOVERY, 2);
        two.send(server, CommunityId.DISCOVERY, new DiscoveryPing(99));
        settle();

        assertThat(two.last(IntroductionResponse.class).introducedWan()).isEqualTo(one.ip());
        assertThat(two.last(DiscoveryPong.class).identifier()).isEqualTo(99);
    }

    @Test
    void answersNewStyleInNewStyleAndNeverAsksForIt() {
        register(one, SOME_OVERLAY, 1);
        assertThat(one.last(IntroductionResponse.class).speaksNewStyle()).isFalse();

        two.send(
                server,
                SOME_OVERLAY,
                new IntroductionRequest(
                        WalkStyle.NEW,
                        new IpAddress(server.address()),
                        Outsider.NOWHERE,
                        Outsider.NOWHERE,
                        0,
                        2,
                        ByteString.EMPTY));
        settle();
        assertThat(two.last(IntroductionResponse.class).style()).isEqualTo(WalkStyle.NEW);
        assertThat(two.last(IntroductionResponse.class).introducedWan()).isEqualTo(one.ip());
    }

    @Test
    void forgetsAMemberThatLeavesTwoQuestionsUnanswered() {
        register(one, SOME_OVERLAY, 1);
        network.runFor(Duration.ofSeconds(25));
        assertThat(members()).isEqualTo(1);

        network.runFor(Duration.ofSeconds(10));
        assertThat(members()).isZero();
        assertThat(one.received(IntroductionRequest.class)).hasSizeBetween(2, 3);
    }

    @Test
    void keepsAMemberThatAnswers() {
        one.answering();
        register(one, SOME_OVERLAY, 1);
        network.runFor(Duration.ofMinutes(10));

        assertThat(members()).isEqualTo(1);
    }

    @Test
    void forgetsAMemberThatHasPeersEnough() {
        one.answering(request -> new IntroductionResponse(
                WalkStyle.OLD,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, true, false, true),
                request.identifier(),
                ByteString.EMPTY));
        register(one, SOME_OVERLAY, 1);
        network.runFor(Duration.ofSeconds(11));

        assertThat(members()).isZero();
    }

    @Test
    void takesAnAnswerOnlyFromTheMemberItAsked() {
        register(one, SOME_OVERLAY, 1);
        for (int i = 0; i < 40; i++) {
            network.runFor(Duration.ofSeconds(1));
            for (WalkMessage question : one.received(IntroductionRequest.class)) {
                two.send(
                        server,
                        SOME_OVERLAY,
                        Outsider.responseTo((IntroductionRequest) question, Outsider.NOWHERE, Outsider.NOWHERE));
            }
        }

        assertThat(members()).isZero();
        assertThat(server.drops(DropReason.UNSOLICITED)).isPositive();
    }

    @Test
    void checksSignatures() {
        byte[] packet = one.packet(SOME_OVERLAY, Outsider.request(server.address(), 1));
        packet[packet.length - 1] ^= 1;
        network.send(one.address(), server.address(), packet);
        settle();

        assertThat(members()).isZero();
        assertThat(one.inbox()).isEmpty();
        assertThat(server.drops(DropReason.BAD_SIGNATURE)).isEqualTo(1);
    }

    @Test
    void answersMembersEvenWhenItsListIsFull() {
        for (int i = 0; i <= BootstrapRegister.MAX_MEMBERS_PER_IP; i++) {
            Outsider tenant = new Outsider(network, "198.51.7.7:" + (2000 + i)).answering();
            register(tenant, SOME_OVERLAY, i);
            assertThat(tenant.received(IntroductionResponse.class)).hasSize(1);
        }

        assertThat(members()).isEqualTo(BootstrapRegister.MAX_MEMBERS_PER_IP);
        assertThat(server.drops(DropReason.TABLE_FULL)).isEqualTo(1);
    }

    @Test
    void countsPuncturesThatOthersWereAskedToSendIt() {
        one.send(server, SOME_OVERLAY, new Puncture(WalkStyle.OLD, Outsider.NOWHERE, one.ip(), 1));
        settle();

        assertThat(server.notTaken()).isZero();
        assertThat(server.drops(DropReason.UNSOLICITED)).isEqualTo(1);
    }

    @Test
    void takesNoPartInTheOverlayUnlessTold() {
        register(one, CommunityId.TRIBLER, 1);

        assertThat(server.peers().size()).isZero();
        assertThat(one.last(IntroductionResponse.class).extra()).isEqualTo(ByteString.EMPTY);
    }
}
