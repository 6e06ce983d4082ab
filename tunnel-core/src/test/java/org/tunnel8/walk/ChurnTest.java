package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.PeerFlags;

/** How silent peers are asked and dropped. */
class ChurnTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));

    // One peer is enough for it, so that it does not walk, and idle steps come late.
    private final TestNode node = new TestNode(
                    network,
                    at("203.0.113.5:7000"),
                    b -> b.target(1, 0).intervals(Duration.ofMillis(500), Duration.ofMinutes(5)))
            .start();
    private final Outsider peer = new Outsider(network, "198.51.100.1:8000");

    /** Makes the two known to each other; the peer is heard last at 15 s. */
    private void meet() {
        peer.answering();
        peer.send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(15));
        peer.answering(request -> null);
        peer.send(node, Outsider.request(node.address(), 2));
        network.runFor(Duration.ofSeconds(1));
        peer.inbox().clear();
    }

    private List<Long> askedAtSeconds() {
        return peer.inbox().stream()
                .filter(received ->
                        received.packet() != null && received.packet().message() instanceof IntroductionRequest)
                .map(received -> received.atMillis() / 1_000)
                .distinct()
                .toList();
    }

    @Test
    void asksASilentPeerAndDropsItInTheEnd() {
        meet();
        network.runFor(Duration.ofSeconds(26));
        assertThat(peer.inbox()).isEmpty();

        network.runFor(Duration.ofSeconds(30));
        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(askedAtSeconds()).contains(43L, 53L, 63L);

        network.runFor(Duration.ofSeconds(2));
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void keepsAPeerThatAnswers() {
        meet();
        peer.answering();
        network.runFor(Duration.ofMinutes(10));

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(askedAtSeconds()).hasSizeLessThan(25);
    }

    @Test
    void pingsThatAreNotAnsweredAreGoneAfterTheirTime() {
        meet();
        assertThat(network.runUntil(() -> !peer.received(DiscoveryPing.class).isEmpty(), Duration.ofMinutes(2)))
                .isTrue();
        node.discovery().stop();
        network.runFor(Duration.ofSeconds(6));

        assertThat(node.discovery().tables())
                .filteredOn(table -> table.table().equals("pings"))
                .extracting(TableSize::size)
                .containsExactly(0);
    }

    @Test
    void keepsAPeerThatOnlyAnswersPings() {
        meet();
        for (int i = 0; i < 200; i++) {
            network.runFor(Duration.ofSeconds(1));
            List<DiscoveryPing> pings = peer.received(DiscoveryPing.class);
            pings.forEach(ping -> peer.send(node, CommunityId.DISCOVERY, new DiscoveryPong(ping.identifier())));
            peer.inbox().clear();
        }

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(node.peers().candidates(PeerFlags.RELAY)).hasSize(1);
    }

    @Test
    void dropsAPeerWhoseAddressWasNeverProvenWithoutAskingAgain() {
        peer.send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(2));
        assertThat(askedAtSeconds()).containsExactly(0L);
        assertThat(node.peers().size()).isEqualTo(1);

        network.runFor(Duration.ofSeconds(28));
        assertThat(askedAtSeconds()).containsExactly(0L);
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void followsAPeerToTheOtherAddressItWasMetAtOnceItIsSilentAtTheFirst() {
        meet();
        network.leave(peer);
        Outsider moved = peer.movedTo("198.51.101.1:8000").answering();
        moved.send(node, Outsider.request(node.address(), 3));
        network.runFor(Duration.ofSeconds(1));
        assertThat(node.peers().byKey(peer.key()).address()).isEqualTo(peer.address());

        network.runFor(Duration.ofSeconds(37));
        assertThat(node.peers().byKey(peer.key()).address()).isEqualTo(moved.address());
        network.runFor(Duration.ofMinutes(3));
        assertThat(node.peers().candidates(PeerFlags.RELAY)).hasSize(1);
    }

    @Test
    void takesNoPongThatIsMadeUp() {
        meet();
        for (int i = 0; i < 60; i++) {
            network.runFor(Duration.ofSeconds(1));
            peer.send(node, CommunityId.DISCOVERY, new DiscoveryPong(i));
        }

        assertThat(node.peers().size()).isZero();
        assertThat(node.drops(DropReason.UNSOLICITED)).isGreaterThan(50);
    }

    @Test
    void takesNoPongFromAnotherAddress() {
        Outsider accomplice = new Outsider(network, "198.51.100.2:8000");
        meet();
        for (int i = 0; i < 60; i++) {
            network.runFor(Duration.ofSeconds(1));
            peer.received(DiscoveryPing.class)
                    .forEach(
                            ping -> accomplice.send(node, CommunityId.DISCOVERY, new DiscoveryPong(ping.identifier())));
            peer.inbox().clear();
        }

        assertThat(node.peers().size()).isZero();
        assertThat(node.drops(DropReason.UNSOLICITED)).isPositive();
    }

    @Test
    void leavesAPeerAloneWhoseCellsAreHeard() {
        meet();
        Peer inUse = node.peers().byKey(peer.key());
        for (int i = 0; i < 25; i++) {
            network.runFor(Duration.ofSeconds(10));
            node.advance();
            node.peers().heard(inUse);
        }

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(peer.received(IntroductionRequest.class)).isEmpty();
    }
}
