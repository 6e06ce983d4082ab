package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.DhtPing;
import org.tunnel8.wire.walk.DhtPingCodec;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroduceToRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.SimilarityRequest;
import org.tunnel8.wire.walk.SimilarityResponse;
import org.tunnel8.wire.walk.WalkStyle;

class DiscoveryResponderTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode node = new TestNode(network, at("203.0.113.5:7000"), b -> b.target(1, 0)).start();
    private final Outsider other = new Outsider(network, "198.51.100.1:8000");

    private void settle() {
        network.runFor(Duration.ofMillis(100));
    }

    @Test
    void answersPings() {
        other.send(node, CommunityId.DISCOVERY, new DiscoveryPing(4711));
        settle();

        assertThat(other.last(DiscoveryPong.class).identifier()).isEqualTo(4711);
    }

    @Test
    void answersIntroductionRequestsWithoutIntroducingAnybody() {
        other.send(node, CommunityId.DISCOVERY, Outsider.request(node.address(), 4711, ByteString.EMPTY));
        settle();

        IntroductionResponse response = other.last(IntroductionResponse.class);
        assertThat(response.style()).isEqualTo(WalkStyle.OLD);
        assertThat(response.identifier()).isEqualTo(4711);
        assertThat(response.destination()).isEqualTo(other.ip());
        assertThat(response.introduces()).isFalse();
        assertThat(response.extra()).isEqualTo(ByteString.EMPTY);
        assertThat(other.inbox().get(0).packet().community()).isEqualTo(CommunityId.DISCOVERY);
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void answersTheFormThatAsksForACertainNode() {
        IntroduceToRequest wish = new IntroduceToRequest(
                'Y', ByteString.of(new byte[20]), Outsider.request(node.address(), 4711, ByteString.EMPTY));
        other.send(node, CommunityId.DISCOVERY, wish);
        settle();

        assertThat(other.last(IntroductionResponse.class).identifier()).isEqualTo(4711);
    }

    @Test
    void tellsWhichOverlaysItIsIn() {
        other.send(
                node,
                CommunityId.DISCOVERY,
                new SimilarityRequest(4711, Outsider.NOWHERE, Outsider.NOWHERE, 0, List.of(CommunityId.DHT)));
        settle();

        SimilarityResponse response = other.last(SimilarityResponse.class);
        assertThat(response.identifier()).isEqualTo(4711);
        assertThat(response.communities()).containsExactly(CommunityId.TRIBLER, CommunityId.DISCOVERY);
    }

    @Test
    void answersTheHashTablesPing() throws MalformedMessageException {
        network.send(other.address(), node.address(), DhtPingCodec.encode(false, 0x89abcdef, other.identity()));
        settle();

        byte[] answer = other.inbox().get(0).bytes();
        DhtPing pong = DhtPingCodec.decode(answer, 0, answer.length);
        assertThat(pong.response()).isTrue();
        assertThat(pong.identifier()).isEqualTo(0x89abcdef);
        assertThat(pong.sender()).isEqualTo(node.identity().publicKey());
        assertThat(DhtPingCodec.verify(pong, answer, 0)).isTrue();
    }

    @Test
    void answersNoForgedPing() {
        byte[] forged = DhtPingCodec.encode(false, 1, other.identity());
        forged[forged.length - 1] ^= 1;
        network.send(other.address(), node.address(), forged);
        settle();

        assertThat(other.inbox()).isEmpty();
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isEqualTo(1);
    }

    @Test
    void takesSignedQuestionsOfAPeerForSignsOfLife() {
        other.answering().send(node, Outsider.request(node.address(), 1));
        settle();
        Peer peer = node.peers().byKey(other.key());
        network.runFor(Duration.ofSeconds(20));
        long before = peer.lastHeardNanos();

        network.send(other.address(), node.address(), DhtPingCodec.encode(false, 1, other.identity()));
        settle();
        assertThat(peer.lastHeardNanos()).isGreaterThan(before);
    }

    @Test
    void dropsAnswersThatNobodyAskedFor() {
        other.send(node, CommunityId.DISCOVERY, new SimilarityResponse(1, List.of(), List.of()));
        other.send(node, CommunityId.DISCOVERY, new DiscoveryPong(1));
        other.send(
                node,
                CommunityId.DISCOVERY,
                Outsider.responseTo(Outsider.request(node.address(), 1), Outsider.NOWHERE, Outsider.NOWHERE));
        network.send(other.address(), node.address(), DhtPingCodec.encode(true, 1, other.identity()));
        settle();

        assertThat(node.drops(DropReason.UNSOLICITED)).isEqualTo(4);
        assertThat(other.inbox()).isEmpty();
    }

    @Test
    void leavesOtherMessagesOfTheHashTableAlone() {
        byte[] find = DhtPingCodec.encode(false, 1, other.identity());
        find[22] = 5;
        network.send(other.address(), node.address(), find);
        settle();

        assertThat(node.notTaken()).isEqualTo(1);
    }
}
