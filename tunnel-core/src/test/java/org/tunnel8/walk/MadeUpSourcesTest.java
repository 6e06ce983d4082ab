package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Reliability;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkStyle;

/** Whoever sends under somebody else's address cannot make us shun him, nor take for a peer who is none. */
class MadeUpSourcesTest {
    private static final int IDENTIFIERS = 1 << 16;

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode node = new TestNode(
                    network,
                    at("203.0.113.5:7000"),
                    b -> b.target(1, 0).intervals(Duration.ofMillis(500), Duration.ofMinutes(5)))
            .start();
    private final Outsider friend = new Outsider(network, "198.51.100.1:8000");
    private final Outsider forger = new Outsider(network, "198.52.100.1:8000");

    private void meetFriend() {
        friend.answering();
        node.discovery().walkTo(friend.address());
        network.runFor(Duration.ofSeconds(1));
        assertThat(node.peers().candidates(PeerFlags.RELAY)).hasSize(1);
    }

    /** Sends packets under the friend's address, so many a second, for so long. */
    private void flood(int perSecond, Duration time, IntFunction<byte[]> packets) {
        long count = perSecond * time.toSeconds();
        for (int i = 0; i < count; i++) {
            network.send(friend.address(), node.address(), packets.apply(i));
            network.runFor(Duration.ofSeconds(1).dividedBy(perSecond));
        }
        network.runFor(Duration.ofMillis(100));
    }

    private static byte[] spoiled(byte[] packet) {
        packet[packet.length - 1] ^= 1;
        return packet;
    }

    private void assertFriendIsInGoodStanding() {
        Peer peer = node.peers().byKey(friend.key());
        assertThat(peer).isNotNull();
        assertThat(peer.address()).isEqualTo(friend.address());
        assertThat(node.peers().candidates(PeerFlags.RELAY)).containsExactly(peer);
        assertThat(peer.reliability().failuresInARow(PeerRole.INTRODUCTION)).isZero();
        for (PeerRole role : PeerRole.values()) {
            assertThat(peer.reliability().score(role, network.nowNanos()))
                    .isGreaterThanOrEqualTo(Reliability.UNKNOWN_SCORE);
        }
    }

    @Test
    void wrongSignaturesUnderAPeersAddressDoNotKeepItsAnswersFromBeingHeard() {
        meetFriend();
        byte[] forged = spoiled(friend.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1)));
        flood(400, Duration.ofMinutes(3), i -> forged);

        assertThat(node.drops(DropReason.RATE_LIMITED)).isGreaterThan(50_000);
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isGreaterThan(5_000);
        assertFriendIsInGoodStanding();
    }

    @Test
    void wrongSignaturesUnderAPeersAddressDoNotKeepItsPingsFromBeingAnswered() {
        meetFriend();
        byte[] forged = spoiled(friend.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1)));
        flood(400, Duration.ofSeconds(10), i -> forged);
        friend.inbox().clear();
        for (int i = 0; i < 20; i++) {
            friend.send(node, CommunityId.DISCOVERY, new DiscoveryPing(i));
            flood(400, Duration.ofSeconds(1), j -> forged);
        }

        assertThat(friend.received(DiscoveryPong.class)).hasSize(20);
    }

    @Test
    void packetsOfAnotherVersionUnderAPeersAddressAndKeyDoNotHarmIt() {
        meetFriend();
        byte[] forged = spoiled(friend.packetOfVersion(1, Outsider.request(node.address(), 1)));
        byte[] recorded = friend.packetOfVersion(3, Outsider.request(node.address(), 1));
        flood(10, Duration.ofMinutes(3), i -> i % 2 == 0 ? forged : recorded);

        assertThat(node.drops(DropReason.FOREIGN_VERSION)).isEqualTo(1_800);
        assertFriendIsInGoodStanding();
        assertThat(node.peers().isIncompatible(friend.key())).isFalse();
    }

    @Test
    void whoSpeaksAnotherVersionBecomesNoCandidate() {
        Outsider foreign = new Outsider(network, "198.51.100.9:8000");
        for (int i = 0; i < 30; i++) {
            byte[] packet = foreign.packetOfVersion(i % 2 == 0 ? 1 : 3, Outsider.request(node.address(), i));
            network.send(foreign.address(), node.address(), packet);
            network.runFor(Duration.ofSeconds(1));
        }

        assertThat(node.peers().size()).isZero();
        assertThat(node.peers().isIncompatible(foreign.key())).isTrue();
        assertThat(foreign.inbox()).isEmpty();
    }

    @Test
    void guessedAnswersUnderAPeersAddressNeitherReplaceNorBlameIt() {
        meetFriend();
        // Requests of our own are what the guesses have to fit; new keys at the friend's address cause them.
        flood(
                500,
                Duration.ofMinutes(1),
                i -> i % 100 == 0
                        ? forger.packet(CommunityId.TRIBLER, Outsider.request(node.address(), i))
                        : answer(forger, i * 7919 % IDENTIFIERS));

        assertFriendIsInGoodStanding();
        assertThat(node.peers().candidates(PeerFlags.RELAY))
                .extracting(Peer::key)
                .doesNotContain(forger.key());
    }

    private byte[] answer(Outsider from, int identifier) {
        IntroductionRequest asked = Outsider.request(node.address(), identifier);
        return from.packet(CommunityId.TRIBLER, Outsider.responseTo(asked, Outsider.NOWHERE, Outsider.NOWHERE));
    }

    @Test
    void aRightGuessGivesNobodyThePlaceOfAPeerThatAnswers() {
        meetFriend();
        // The forger sees our question, and is quicker than the friend; the friend is heard after him.
        for (int round = 0; round < 5; round++) {
            forger.sendFrom(friend.address(), node, CommunityId.TRIBLER, Outsider.request(node.address(), round));
            network.runFor(Duration.ofMillis(31));
            for (IntroductionRequest request : sentTo(friend.address())) {
                network.send(friend.address(), node.address(), answer(forger, request.identifier()));
            }
            network.forgetPassages();
            network.runFor(Duration.ofSeconds(10));
        }

        assertThat(node.peers().byKey(friend.key())).isNotNull();
        assertThat(node.peers().byKey(forger.key())).isNull();
    }

    private List<IntroductionRequest> sentTo(InetSocketAddress to) {
        List<IntroductionRequest> requests = new ArrayList<>();
        network.passages().stream()
                .filter(passage -> passage.to().equals(to))
                .map(passage -> Outsider.decode(passage.bytes(), 0, passage.bytes().length))
                .forEach(packet -> {
                    if (packet != null && packet.message() instanceof IntroductionRequest request) {
                        requests.add(request);
                    }
                });
        return requests;
    }

    @Test
    void requestsUnderTheAddressOfAPeerThatIgnoresOursDoNotBlameIt() {
        meetFriend();
        // As a peer of the reference that knows more peers than it wants; it still answers pings.
        friend.answering(request -> null);
        for (int i = 0; i < 60; i++) {
            Outsider newKey = new Outsider(network, "198.53.100.1:" + (9_000 + i));
            newKey.sendFrom(friend.address(), node, CommunityId.TRIBLER, Outsider.request(node.address(), i));
            network.runFor(Duration.ofSeconds(1));
            friend.received(DiscoveryPing.class)
                    .forEach(ping -> friend.send(node, CommunityId.DISCOVERY, new DiscoveryPong(ping.identifier())));
        }

        assertFriendIsInGoodStanding();
    }

    @Test
    void requestsUnderAnAddressDoNotKeepUsFromWalkingThere() {
        for (int i = 0; i < 5; i++) {
            Outsider newKey = new Outsider(network, "198.53.100.1:" + (9_000 + i));
            newKey.sendFrom(friend.address(), node, CommunityId.TRIBLER, Outsider.request(node.address(), i));
            network.runFor(Duration.ofSeconds(5));
        }
        assertThat(node.peers().candidates(0)).as("nobody has answered").isEmpty();
        network.runFor(Duration.ofSeconds(10));

        meetFriend();
        assertFriendIsInGoodStanding();
    }

    @Test
    void aRequestUnderAnAddressDoesNotEndTheHandshakeWithIt() {
        node.discovery().walkTo(friend.address());
        network.runFor(Duration.ofMillis(50));
        forger.sendFrom(friend.address(), node, CommunityId.TRIBLER, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(1));
        assertThat(node.peers().candidates(0)).isEmpty();

        friend.answering();
        network.runFor(Duration.ofSeconds(8));
        assertFriendIsInGoodStanding();
    }

    @Test
    void anAnswerFromElsewhereDoesNotTakeTheHandshakeAway() {
        node.discovery().walkTo(friend.address());
        network.runFor(Duration.ofMillis(50));
        IntroductionRequest asked = friend.last(IntroductionRequest.class);
        network.send(forger.address(), node.address(), answer(forger, asked.identifier()));
        network.runFor(Duration.ofSeconds(1));

        friend.answering();
        network.runFor(Duration.ofSeconds(8));
        assertFriendIsInGoodStanding();
    }

    @Test
    void puncturesUnderAPeersAddressThatLeadNowhereDoNotHarmIt() {
        meetFriend();
        for (int i = 0; i < 200; i++) {
            network.send(
                    friend.address(),
                    node.address(),
                    forger.packet(
                            CommunityId.TRIBLER, new Puncture(WalkStyle.OLD, Outsider.NOWHERE, friend.ip(), i * 300)));
            forger.send(node, new PunctureRequest(WalkStyle.OLD, friend.ip(), friend.ip(), i));
            network.runFor(Duration.ofMillis(500));
        }

        assertFriendIsInGoodStanding();
    }

    @Test
    void whoPassesOurQuestionsOnDoesNotGetAPeersPlace() {
        meetFriend();
        // A request of the friend's that the forger got, and the friend's answers, which it got for our questions.
        byte[] received = friend.packet(CommunityId.TRIBLER, Outsider.request(forger.address(), 9));
        for (int round = 0; round < 6; round++) {
            network.send(forger.address(), node.address(), received);
            network.runFor(Duration.ofMillis(100));
            for (IntroductionRequest request : sentTo(forger.address())) {
                network.send(forger.address(), node.address(), answer(friend, request.identifier()));
            }
            network.forgetPassages();
            network.runFor(Duration.ofSeconds(10));
        }

        assertFriendIsInGoodStanding();
    }

    @Test
    void strangersUnderMadeUpAddressesDoNotStopTheSearchForPeers() {
        PeerFlags exit = new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT);
        for (int i = 0; i < 400; i++) {
            Outsider newKey = new Outsider(network, "198." + (60 + i / 200) + "." + i % 200 + ".1:9000");
            newKey.send(node, Outsider.request(node.address(), i, exit.toExtra()));
        }
        network.runFor(Duration.ofSeconds(2));
        assertThat(node.peers().size()).isEqualTo(PeerTable.DEFAULT_CAPACITY / 2);
        assertThat(node.discovery().status().peers()).isZero();

        meetFriend();
        assertFriendIsInGoodStanding();
    }
}
