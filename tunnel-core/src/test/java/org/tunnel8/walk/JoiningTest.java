package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.virtual.VirtualNetwork;

class JoiningTest {
    private static final long SEED = Long.getLong("tunnel8.seed", 1);

    private final VirtualNetwork network = new VirtualNetwork(SEED);

    @Test
    void knowsEverybodyOfASmallNetworkFromOneBootstrapAddress() {
        TestNode server = TestNode.bootstrapServer(network, "203.0.113.1:6421");
        List<TestNode> nodes = startNodes(8, server.address());

        boolean joined = network.runUntil(() -> allKnow(nodes, 7), Duration.ofSeconds(20));

        System.out.println("seed " + SEED + ": joined " + joined + " after " + network.nowNanos() / 1_000_000 + " ms, "
                + network.passages().size() + " datagrams");
        assertThat(joined).as("seed " + SEED).isTrue();
    }

    private List<TestNode> startNodes(int count, InetSocketAddress server) {
        List<TestNode> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new TestNode(
                            network, at("198.51." + i + ".7:" + (7000 + i)), b -> b.bootstrap(TestNode.servers(server)))
                    .start());
        }
        return nodes;
    }

    private static boolean allKnow(List<TestNode> nodes, int peers) {
        return nodes.stream().allMatch(node -> node.peers().size() >= peers);
    }
}
