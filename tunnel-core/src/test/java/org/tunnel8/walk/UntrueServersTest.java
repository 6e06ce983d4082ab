package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;

/** Bootstrap servers that are dead, slow or lying, or are met as something else. */
class UntrueServersTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));

    private TestNode join(Address... bootstrap) {
        return new TestNode(network, at("203.0.113.5:7000"), b -> b.bootstrap(List.of(bootstrap))).start();
    }

    private Outsider server(int number) {
        return new Outsider(network, "198.51.100." + number + ":6421");
    }

    private static Function<IntroductionRequest, @Nullable WalkMessage> introducing(IpAddress whom) {
        return request -> Outsider.responseTo(request, Outsider.NOWHERE, whom);
    }

    private long requestsTo(String address) {
        return network.passages().stream()
                .filter(passage -> passage.from().equals(at("203.0.113.5:7000"))
                        && passage.to().equals(at(address)))
                .count();
    }

    @Test
    void aServersKeyIsNoPeerWhereverItWalksToUsFrom() {
        Outsider server = server(1).answering(introducing(Outsider.NOWHERE));
        TestNode node = join(server.ip());
        network.runFor(Duration.ofSeconds(2));
        Outsider elsewhere = server.movedTo("192.0.2.77:8000").answering();
        elsewhere.send(node, Outsider.request(node.address(), 1));
        server.answering(introducing(elsewhere.ip()));
        network.runFor(Duration.ofMinutes(2));

        assertThat(elsewhere.received(IntroductionResponse.class)).isNotEmpty();
        assertThat(elsewhere.received(IntroductionRequest.class)).isNotEmpty();
        assertThat(node.peers().byKey(server.key())).isNull();
        assertThat(node.peers().size()).isZero();
        assertThat(node.discovery().memory()).isEmpty();
    }

    @Test
    void aPeerThatTurnsOutToBeAServerIsNoPeerAnyMore() {
        Outsider server = server(1).answering();
        TestNode node = join(new HostAddress("one.example", 6421));
        server.send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(2));
        assertThat(node.peers().byKey(server.key())).isNotNull();

        node.discovery().onResolved("one.example", List.of(server.address().getAddress()));
        network.runFor(Duration.ofSeconds(2));
        assertThat(node.discovery().status().bootstrapAnswering()).isEqualTo(1);
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void aServerThatPassesOnAPeersAnswersKeepsUsFromNobodyWeKnow() {
        Outsider server = server(1);
        Outsider peer = new Outsider(network, "192.0.2.9:9000").answering();
        TestNode node = join(server.ip());
        node.discovery().walkTo(peer.address());
        network.runFor(Duration.ofSeconds(5));
        // The answer is the peer's own, to our own request, and comes from the server's address.
        server.answering(request -> {
            WalkMessage answer = Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE);
            network.send(server.address(), node.address(), peer.packet(CommunityId.TRIBLER, answer));
            return null;
        });
        network.runFor(Duration.ofMinutes(2));

        assertThat(node.discovery().status().bootstrapAnswering()).isEqualTo(1);
        assertThat(node.peers().byKey(peer.key())).isNotNull();
    }

    @Test
    void aServerThatChangesItsKeyKeepsUsFromOneKeyAtMost() {
        Outsider server = server(1);
        List<Outsider> peers = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            peers.add(new Outsider(network, "192.0." + i + ".9:9000").answering());
        }
        int[] turn = new int[1];
        server.answering(request -> {
            Outsider signer = peers.get(turn[0]++ % peers.size());
            network.send(
                    server.address(),
                    at("203.0.113.5:7000"),
                    signer.packet(
                            CommunityId.TRIBLER, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE)));
            return null;
        });
        TestNode node = join(server.ip());
        network.runFor(Duration.ofSeconds(20));
        peers.forEach(peer -> peer.send(node, Outsider.request(node.address(), 1)));
        network.runFor(Duration.ofMinutes(3));

        assertThat(node.peers().size()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void aSlowServerIsHeardAsLongAsItsAnswerIsWaitedFor() {
        network.delay(Duration.ofMillis(4_500), Duration.ZERO);
        Outsider server = server(1).answering(introducing(Outsider.NOWHERE));
        TestNode node = join(server.ip());
        network.runFor(Duration.ofMillis(9_500));

        assertThat(node.discovery().status().bootstrapAnswering()).isEqualTo(1);
        assertThat(node.modes()).isEmpty();
    }

    @Test
    void aServerSlowerThanThatCountsAsSilentAndHarmsNothing() {
        network.delay(Duration.ofMillis(6_000), Duration.ZERO);
        Outsider server = server(1).answering(introducing(Outsider.NOWHERE));
        TestNode node = join(server.ip());
        network.runFor(Duration.ofSeconds(29));

        assertThat(node.discovery().status().bootstrapAnswering()).isZero();
        assertThat(node.drops(DropReason.UNSOLICITED)).isPositive();
        assertThat(node.discovery().status().degraded()).isTrue();
    }

    @Test
    void aServersForgedOrForeignAnswersAreNone() {
        Outsider forger = server(1);
        forger.answering(request -> {
            byte[] packet = forger.packet(
                    CommunityId.TRIBLER, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE));
            packet[packet.length - 1] ^= 1;
            network.send(forger.address(), at("203.0.113.5:7000"), packet);
            return null;
        });
        Outsider guesser = server(2);
        guesser.answering(request -> Outsider.responseTo(
                new IntroductionRequest(
                        request.style(),
                        request.destination(),
                        request.sourceLan(),
                        request.sourceWan(),
                        request.flags(),
                        request.identifier() ^ 0x5555,
                        request.extra()),
                Outsider.NOWHERE,
                Outsider.NOWHERE));
        TestNode node = join(forger.ip(), guesser.ip());
        network.runFor(Duration.ofSeconds(29));

        assertThat(node.discovery().status().bootstrapAnswering()).isZero();
        assertThat(node.discovery().status().degraded()).isTrue();
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isPositive();
        assertThat(node.drops(DropReason.UNSOLICITED)).isPositive();
    }

    @Test
    void aServersOwnKeyOfOursIsNoAnswer() {
        Outsider mirror = server(1);
        TestNode node = join(mirror.ip());
        mirror.answering(request -> {
            IdentityKey ours = node.identity();
            byte[] packet = WalkCodec.encode(
                    CommunityId.TRIBLER, Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE), 1, ours);
            network.send(mirror.address(), node.address(), packet);
            return null;
        });
        network.runFor(Duration.ofSeconds(29));

        assertThat(node.discovery().status().bootstrapAnswering()).isZero();
        assertThat(node.drops(DropReason.OWN_MESSAGE)).isPositive();
    }

    @Test
    void nothingIsSentToAddressesThatAServerCannotKnowOf() {
        List<String> lies = List.of(
                "127.0.0.1:80",
                "10.0.0.1:53",
                "224.0.0.251:5353",
                "255.255.255.255:9",
                "203.0.113.5:7000",
                "1.2.3.4:0");
        int[] turn = new int[1];
        Outsider liar = server(1);
        Outsider other = server(2);
        liar.answering(request -> {
            String lie = lies.get(turn[0]++ % lies.size());
            IpAddress address = new IpAddress(at(lie));
            return Outsider.responseTo(request, address, address);
        });
        join(liar.ip(), other.ip());
        network.runFor(Duration.ofMinutes(2));

        assertThat(turn[0]).isGreaterThan(lies.size());
        assertThat(lies).allSatisfy(lie -> assertThat(requestsTo(lie)).as(lie).isZero());
    }

    @Test
    void aServerThatIntroducesDeadAddressesDoesNotHoldUpTheHonestOne() {
        List<Outsider> liars = new ArrayList<>();
        int[] turn = new int[1];
        for (int i = 1; i <= 6; i++) {
            liars.add(server(i)
                    .answering(request -> Outsider.responseTo(
                            request, Outsider.NOWHERE, new IpAddress(at("192.0.2." + turn[0]++ % 250 + ":4000")))));
        }
        Outsider peer = new Outsider(network, "192.1.2.9:9000").answering();
        Outsider honest = server(7).answering(introducing(peer.ip()));
        List<IpAddress> all = new ArrayList<>(liars.stream().map(Outsider::ip).toList());
        all.add(honest.ip());
        TestNode node = join(all.toArray(new Address[0]));

        assertThat(network.runUntil(() -> node.peers().size() == 1, Duration.ofSeconds(12)))
                .isTrue();
    }

    @Test
    void aServerThatWasSilentIsAskedAgainAlsoWhileAnotherAnswers() {
        Outsider crony = new Outsider(network, "192.0.2.9:9000").answering();
        Outsider liar = server(1).answering(introducing(crony.ip()));
        Outsider late = server(2);
        Outsider dead = server(3);
        TestNode node = join(liar.ip(), late.ip(), dead.ip());
        network.runFor(Duration.ofSeconds(60));
        assertThat(node.peers().size()).isEqualTo(1);

        Outsider peer = new Outsider(network, "192.1.2.9:9000").answering();
        late.answering(introducing(peer.ip()));
        assertThat(network.runUntil(() -> node.peers().size() == 2, Duration.ofMinutes(2)))
                .isTrue();
    }

    @Test
    void deadServersCostFewDatagrams() {
        List<IpAddress> dead = new ArrayList<>();
        for (int i = 1; i <= 13; i++) {
            dead.add(server(i).ip());
        }
        join(dead.toArray(new Address[0]));
        network.runFor(Duration.ofSeconds(179));

        List<Passage> sent = network.passages();
        assertThat(sent).hasSizeLessThanOrEqualTo(6 * 13 * 6);
    }
}
