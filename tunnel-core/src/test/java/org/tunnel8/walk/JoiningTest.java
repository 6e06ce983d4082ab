package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNat;
import org.tunnel8.virtual.VirtualNetwork;

class JoiningTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void printsItsCost() {
        System.out.println(nodes.size() + " nodes, " + network.nowNanos() / 1_000_000 + " ms, "
                + network.passages().size() + " datagrams");
    }

    private void startNodes(int count, InetSocketAddress server, IntFunction<String> addressOf) {
        for (int i = 0; i < count; i++) {
            nodes.add(TestNode.peer(network, addressOf.apply(i), server).start());
        }
    }

    private static String publicAddress(int number) {
        return "198.51." + number + ".7:" + (7000 + number);
    }

    private boolean allKnow(int peers) {
        return nodes.stream().allMatch(node -> node.peers().size() >= peers);
    }

    @Test
    void knowsEverybodyOfASmallNetworkFromOneBootstrapAddress() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(8, server.address(), JoiningTest::publicAddress);

        assertThat(network.runUntil(() -> allKnow(7), Duration.ofSeconds(10))).isTrue();
        assertThat(nodes)
                .allSatisfy(node ->
                        assertThat(node.peers().byAddress(server.address())).isNull());
    }

    @Test
    void knowsTwentyPeersSoonAfterJoiningALargerNetwork() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(30, server.address(), JoiningTest::publicAddress);
        network.runFor(Duration.ofSeconds(5));

        TestNode late =
                TestNode.peer(network, "192.0.2.1:7000", server.address()).start();
        assertThat(network.runUntil(() -> late.peers().size() >= 20, Duration.ofSeconds(20)))
                .isTrue();
    }

    @Test
    void joinsSoonThoughTheServerKnowsManyWhoHaveLeft() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(6, server.address(), JoiningTest::publicAddress);
        network.runFor(Duration.ofSeconds(30));
        for (int i = 0; i < 30; i++) {
            TestNode passing = TestNode.peer(network, publicAddress(100 + i), server.address())
                    .start();
            network.runFor(Duration.ofMillis(200));
            passing.die();
        }

        TestNode late =
                TestNode.peer(network, "192.0.2.1:7000", server.address()).start();

        assertThat(network.runUntil(() -> late.peers().size() >= 4, Duration.ofSeconds(15)))
                .isTrue();
    }

    @Test
    void joinsThroughALossyNetwork() {
        network.loss(0.2).delay(Duration.ofMillis(20), Duration.ofMillis(150));
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(8, server.address(), JoiningTest::publicAddress);

        assertThat(network.runUntil(() -> allKnow(7), Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void joinsWhereAllShareOneLoopbackAddress() {
        TestNode server = TestNode.bootstrapServer(network, "127.0.0.1:6421");
        startNodes(8, server.address(), i -> "127.0.0.1:" + (7000 + i));

        assertThat(network.runUntil(() -> allKnow(7), Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void joinsWhereEachHasALoopbackAddressOfItsOwn() {
        TestNode server = TestNode.bootstrapServer(network, "127.9.0.1:6421");
        startNodes(8, server.address(), i -> "127.9." + (i + 1) + ".1:7000");

        assertThat(network.runUntil(() -> allKnow(7), Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void joinsThroughABootstrapServerThatIsAPeerToo() {
        TestNode server = new TestNode(network, TestNode.at("203.0.113.1:6421"), b -> b.bootstrapServer(true));
        server.start();
        startNodes(6, server.address(), JoiningTest::publicAddress);

        assertThat(network.runUntil(() -> allKnow(5), Duration.ofSeconds(10))).isTrue();
        assertThat(server.peers().size()).isEqualTo(6);
    }

    @Test
    void tellsItsLanAddressToANeighbourBehindTheSameRouterAndToNobodyElse() {
        VirtualNat router = new VirtualNat(TestNode.at("203.0.113.77:1").getAddress());
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        TestNode other =
                TestNode.peer(network, "198.51.9.9:7000", server.address()).start();
        for (int i = 1; i <= 3; i++) {
            network.behind(router, TestNode.at("192.168.1." + i + ":7000"));
        }
        startNodes(3, server.address(), i -> "192.168.1." + (i + 1) + ":7000");

        assertThat(network.runUntil(() -> allKnow(3), Duration.ofSeconds(60))).isTrue();
        network.runFor(Duration.ofSeconds(60));
        TestNode inside = nodes.get(0);
        TestNode neighbour = nodes.get(1);
        assertThat(inside.discovery().wanAddress().getAddress()).isEqualTo(router.outside());
        assertThat(inside.peer(neighbour).lanAddress()).isEqualTo(neighbour.address());
        assertThat(other.peer(neighbour).lanAddress()).isNull();
    }

    @Test
    void reachesPeersBehindOtherRoutersByPunctures() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        for (int i = 0; i < 6; i++) {
            VirtualNat router =
                    new VirtualNat(TestNode.at("198.51.100." + (i + 1) + ":1").getAddress());
            network.behind(router, TestNode.at("192.168." + i + ".2:7000"));
        }
        startNodes(6, server.address(), i -> "192.168." + i + ".2:7000");

        assertThat(network.runUntil(() -> allKnow(5), Duration.ofSeconds(60))).isTrue();
        assertThat(nodes.get(0).peers().all())
                .allMatch(peer -> peer.address().getAddress().getHostAddress().startsWith("198.51.100."));
    }

    @Test
    void growsQuietOnceEverybodyIsKnown() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(8, server.address(), JoiningTest::publicAddress);
        network.runFor(Duration.ofSeconds(120));
        network.forgetPassages();

        network.runFor(Duration.ofSeconds(60));
        long requests = network.passages().stream()
                .filter(passage -> !passage.from().equals(server.address()))
                .filter(passage -> passage.messageId() == 246 || passage.messageId() == 234)
                .count();
        assertThat(requests / 8).isLessThan(25);
        assertThat(allKnow(7)).isTrue();
    }

    @Test
    void walksRarelyOnceThereArePeersEnough() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(20, server.address(), JoiningTest::publicAddress);
        TestNode sated = new TestNode(
                        network,
                        TestNode.at("192.0.2.1:7000"),
                        b -> b.bootstrap(TestNode.servers(server.address())).target(5, 0))
                .start();
        network.runFor(Duration.ofSeconds(5));
        assertThat(sated.peers().size()).isGreaterThanOrEqualTo(5);
        network.forgetPassages();

        network.runFor(Duration.ofSeconds(25));
        assertThat(network.passages().stream()
                        .filter(passage -> passage.from().equals(sated.address()))
                        .filter(passage -> passage.messageId() == 246 || passage.messageId() == 234))
                .hasSizeLessThan(15);
    }

    @Test
    void recoversFromLosingAllPeers() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        startNodes(4, server.address(), JoiningTest::publicAddress);
        assertThat(network.runUntil(() -> allKnow(3), Duration.ofSeconds(10))).isTrue();
        nodes.subList(1, 4).forEach(TestNode::die);
        network.runFor(Duration.ofSeconds(70));
        assertThat(nodes.get(0).peers().size()).isZero();

        nodes.subList(1, 4).clear();
        startNodes(3, server.address(), i -> "198.18." + i + ".1:7000");
        assertThat(network.runUntil(() -> allKnow(3), Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void runsTheSameWayFromTheSameSeed() {
        assertThat(run(99)).isEqualTo(run(99)).isNotEqualTo(run(100));
    }

    private static List<Passage> run(long seed) {
        VirtualNetwork network = new VirtualNetwork(seed).loss(0.05);
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        for (int i = 0; i < 5; i++) {
            TestNode.peer(network, publicAddress(i), server.address()).start();
        }
        network.runFor(Duration.ofSeconds(5));
        return network.passages();
    }
}
