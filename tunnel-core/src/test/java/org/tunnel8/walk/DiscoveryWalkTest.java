package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.SimilarityRequest;
import org.tunnel8.wire.walk.SimilarityResponse;
import org.tunnel8.wire.walk.WalkMessageId;

class DiscoveryWalkTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final Outsider server = new Outsider(network, "203.0.113.1:6421");

    /** The server knows nobody of our overlay, and one node of the discovery overlay. */
    private void introducesInTheDiscoveryOverlay(String address) {
        server.answering(request -> Outsider.responseTo(
                request,
                IpAddress.UNSPECIFIED,
                isOfDiscovery(request) ? new IpAddress(at(address)) : IpAddress.UNSPECIFIED));
    }

    private static boolean isOfDiscovery(IntroductionRequest request) {
        return request.extra().equals(ByteString.EMPTY);
    }

    private TestNode client() {
        return TestNode.peer(network, "192.0.2.1:7000", server.address()).start();
    }

    private List<Passage> ofDiscovery(TestNode from) {
        return network.passages().stream()
                .filter(passage -> passage.from().equals(from.address()))
                .filter(passage -> CommunityId.DISCOVERY.matchesPrefix(passage.bytes(), 0, passage.bytes().length))
                .toList();
    }

    @Test
    void findsPeersOfItsOverlayAmongTheMembersOfTheDiscoveryOverlay() {
        TestNode hidden = TestNode.peer(network, "198.51.100.1:7000").start();
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        TestNode client = client();

        assertThat(network.runUntil(() -> client.peers().byAddress(hidden.address()) != null, SOON))
                .isTrue();
    }

    @Test
    void tellsWhichOverlaysItIsIn() {
        Outsider member = new Outsider(network, "198.51.100.1:7000").answering();
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        client();
        network.runFor(SOON);

        SimilarityRequest request = member.last(SimilarityRequest.class);
        assertThat(request.communities()).containsExactly(CommunityId.TRIBLER, CommunityId.DISCOVERY);
        assertThat(request.lan()).isEqualTo(IpAddress.UNSPECIFIED);
    }

    @Test
    void walksToNobodyWhoIsInOtherOverlaysOrWhoWasNotAsked() {
        Outsider member = new Outsider(network, "198.51.100.1:7000").answering();
        Outsider stranger = new Outsider(network, "198.51.100.2:7000").answering();
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        TestNode client = client();
        network.runUntil(() -> !member.received(SimilarityRequest.class).isEmpty(), SOON);
        int identifier = member.last(SimilarityRequest.class).identifier();

        SimilarityResponse ours = new SimilarityResponse(identifier, List.of(CommunityId.TRIBLER), List.of());
        stranger.send(client, CommunityId.DISCOVERY, ours);
        member.send(
                client, CommunityId.DISCOVERY, new SimilarityResponse(identifier, List.of(CommunityId.DHT), List.of()));
        network.runFor(SOON);

        assertThat(client.drops(DropReason.UNSOLICITED)).isEqualTo(1);
        assertThat(stranger.inbox()).isEmpty();
        assertThat(member.received(IntroductionRequest.class)).allMatch(DiscoveryWalkTest::isOfDiscovery);
        assertThat(client.peers().size()).isZero();
    }

    @Test
    void asksPeersWhereNoServerAnswers() {
        Outsider relay = new Outsider(network, "198.51.100.9:7000").answering();
        TestNode client = client();
        client.discovery().walkTo(relay.address());
        network.runFor(SOON);

        assertThat(relay.received(IntroductionRequest.class)).anyMatch(DiscoveryWalkTest::isOfDiscovery);
    }

    @Test
    void looksAsQuicklyOnceThereIsSomebodyToAsk() {
        TestNode hidden = TestNode.peer(network, "198.51.100.1:7000").start();
        TestNode client = client();
        network.runFor(Duration.ofMinutes(2));
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        assertThat(network.runUntil(
                        () -> client.discovery().status().bootstrapAnswering() == 1, Duration.ofSeconds(35)))
                .isTrue();

        assertThat(network.runUntil(() -> client.peers().byAddress(hidden.address()) != null, Duration.ofSeconds(10)))
                .isTrue();
    }

    private static int similarityRequests(TestNode node) {
        return node.discovery().tables().stream()
                .filter(table -> table.table().equals("similarity requests"))
                .mapToInt(TableSize::size)
                .sum();
    }

    @Test
    void questionsThatAreNotAnsweredAreGoneAfterTheirTime() {
        Outsider member = new Outsider(network, "198.51.100.1:7000").answering();
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        TestNode client = client();
        assertThat(network.runUntil(
                        () -> !member.received(SimilarityRequest.class).isEmpty(), SOON))
                .isTrue();
        assertThat(similarityRequests(client)).isPositive();

        client.discovery().stop();
        network.runFor(Duration.ofSeconds(6));
        assertThat(similarityRequests(client)).isZero();
    }

    @Test
    void introducesToOthersWhomItHasMetThere() {
        Outsider member = new Outsider(network, "198.51.100.1:7000").answering();
        Outsider asker = new Outsider(network, "198.51.100.2:7000");
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        TestNode client = client();
        network.runUntil(() -> !member.received(SimilarityRequest.class).isEmpty(), SOON);

        asker.send(client, CommunityId.DISCOVERY, Outsider.request(client.address(), 1, ByteString.EMPTY));
        network.runFor(Duration.ofMillis(100));

        assertThat(asker.last(IntroductionResponse.class).introducedWan()).isEqualTo(member.ip());
    }

    @Test
    void leavesTheDiscoveryOverlayAloneWithPeersEnough() {
        server.answering();
        TestNode one = TestNode.peer(network, "198.51.100.1:7000").start();
        TestNode client = new TestNode(
                        network,
                        at("192.0.2.1:7000"),
                        b -> b.bootstrap(TestNode.servers(server.address())).target(1, 0))
                .start();
        client.discovery().walkTo(one.address());
        network.runFor(SOON);

        assertThat(client.peers().size()).isEqualTo(1);
        assertThat(ofDiscovery(client))
                .as("it answers")
                .noneMatch(passage -> passage.messageId() == WalkMessageId.INTRODUCTION_REQUEST);
    }

    @Test
    void growsQuietWhereNobodyIsFound() {
        introducesInTheDiscoveryOverlay("198.51.100.1:7000");
        TestNode client = client();
        network.runFor(Duration.ofMinutes(2));
        network.forgetPassages();

        network.runFor(Duration.ofMinutes(5));
        assertThat(ofDiscovery(client)).hasSizeLessThan(5 * 15);
    }
}
