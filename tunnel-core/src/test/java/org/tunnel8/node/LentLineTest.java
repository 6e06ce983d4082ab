package org.tunnel8.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelEvent;
import org.tunnel8.node.LendingStatus.Quota;
import org.tunnel8.transport.PortRange;

/** What a node lends to others, on real sockets: bandwidth, its sharing, and a monthly quota. */
@Timeout(180)
class LentLineTest {
    private static final long BANDWIDTH = 2_000_000;
    private static final double TOLERANCE = 0.05;
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final int TRIES = 6;
    private static final long QUOTA = 3_000_000;

    /**
     * Bytes that leave a node in a second, from its own port and its outside sockets: never more than the limit, and as
     * much in one of a few tries at least, since a machine that is busy elsewhere may not come to send it.
     */
    private static double heldRate(LentNetwork network, TunnelNode node) {
        double best = 0;
        for (int i = 0; i < TRIES && best < BANDWIDTH * (1 - TOLERANCE); i++) {
            double rate = bytesPerSecond(network, node);
            assertThat(rate).isLessThanOrEqualTo(BANDWIDTH * (1 + TOLERANCE));
            best = Math.max(best, rate);
        }
        assertThat(best).isCloseTo(BANDWIDTH, within(BANDWIDTH * TOLERANCE));
        return best;
    }

    private static double bytesPerSecond(LentNetwork network, TunnelNode node) {
        long from = System.nanoTime();
        long before = sent(node.status());
        network.after(MEASURED).join();
        long bytes = sent(node.status()) - before;
        return bytes / ((System.nanoTime() - from) / 1e9);
    }

    private static long sent(NodeStatus status) {
        return status.port().sentBytes() + status.outside().sentBytes();
    }

    @Test
    void aRelayHoldsItsBandwidthWithinFivePercent() throws Exception {
        try (LentNetwork network = new LentNetwork(relay -> relay.bandwidth(BANDWIDTH))) {
            // Twice as much as may pass, and its echo in the other direction.
            var unused = network.load(network.client(2), 0, 2 * BANDWIDTH, true);
            network.after(WARM_UP).join();

            double rate = heldRate(network, network.relay());
            System.out.printf("a relay of %d bytes/s sends %.0f (%+.2f %%)%n", BANDWIDTH, rate, deviation(rate));
            NodeStatus status = network.relay().status();
            assertThat(status.drops()).containsKey("UPLINK_FULL");
            assertThat(status.lending().bytesPerSecond()).isEqualTo(BANDWIDTH);
            assertThat(status.lending().waitingBytes()).isPositive();
            assertThat(network.echoesOf(0)).isPositive();
        }
    }

    private static double deviation(double rate) {
        return 100 * (rate / BANDWIDTH - 1);
    }

    @Test
    void anExitHoldsItsBandwidthInBothDirectionsTogether() throws Exception {
        try (LentNetwork network =
                new LentNetwork(node -> node.roles(EnumSet.of(NodeRole.RELAY, NodeRole.EXIT_BT, NodeRole.EXIT_IPV8))
                        .bandwidth(BANDWIDTH))) {
            // The other exit of the network goes, so that this one has to do.
            network.exit().close();
            var unused = network.load(network.client(1), 0, 2 * BANDWIDTH, true);
            network.after(WARM_UP).join();

            double rate = heldRate(network, network.relay());
            System.out.printf("an exit of %d bytes/s sends %.0f (%+.2f %%)%n", BANDWIDTH, rate, deviation(rate));
            assertThat(network.relay().status().outside().sentBytes()).isPositive();
        }
    }

    @Test
    void tenCircuitsShareAFullLineEquallyWhateverTheyAskFor() throws Exception {
        try (LentNetwork network = new LentNetwork(relay -> relay.bandwidth(BANDWIDTH))) {
            for (int i = 0; i < 10; i++) {
                TunnelClient client = network.client(2);
                // From 1.5 to 6 times an equal share.
                var unused = network.load(client, i, BANDWIDTH / 10 * (3 + i) / 2, false);
            }
            network.after(WARM_UP).join();

            List<Long> before =
                    IntStream.range(0, 10).mapToObj(network::bytesOf).toList();
            double rate = bytesPerSecond(network, network.relay());
            List<Long> shares = IntStream.range(0, 10)
                    .mapToObj(i -> network.bytesOf(i) - before.get(i))
                    .toList();
            System.out.printf(
                    "ten circuits: Jain's index %.4f, %s bytes of %.0f/s%n", OutsideLoad.jain(shares), shares, rate);
            assertThat(OutsideLoad.jain(shares)).isGreaterThanOrEqualTo(0.95);
            assertThat(rate).isBetween(BANDWIDTH * 0.5, BANDWIDTH * (1 + TOLERANCE));
        }
    }

    @Test
    void aQuotaStopsAtItsByteAndIsKeptAcrossRuns(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("quota");
        Queue<TunnelEvent> events = new ConcurrentLinkedQueue<>();
        long used;
        try (LentNetwork network =
                new LentNetwork(relay -> relay.quota(QUOTA, file).onEvent(events::add))) {
            TunnelClient client = network.client(2);
            var unused = network.load(client, 0, 1_000_000, false);
            await().atMost(LentNetwork.LIMIT)
                    .until(() -> events.stream().anyMatch(TunnelEvent.QuotaUsedUp.class::isInstance));

            Quota quota = network.relay().status().lending().quota().orElseThrow();
            assertThat(quota.isUsedUp()).isTrue();
            assertThat(quota.usedBytes()).isBetween(QUOTA - LentNetwork.PAYLOAD_BYTES - 200, QUOTA);
            assertThat(quota.leftBytes()).isEqualTo(QUOTA - quota.usedBytes());
            await().atMost(LentNetwork.LIMIT)
                    .until(() -> network.relay().status().relayedCircuits() == 0
                            && network.exit().status().joinedCircuits() == 0);
            // Half of it came in, and half went out.
            assertThat(network.bytesOf(0)).isBetween(QUOTA / 2 * 8 / 10, QUOTA / 2);
            used = quota.usedBytes();
            network.after(WARM_UP).join();
            assertThat(network.relay().status().lending().quota().orElseThrow().usedBytes())
                    .isEqualTo(used);
        }

        assertThat(Files.readString(file)).contains(" " + used + " ");
        try (TunnelNode again = TunnelNode.builder()
                .listen(InetAddress.getLoopbackAddress(), PortRange.any())
                .quota(used, file)
                .onEvent(events::add)
                .build()) {
            events.clear();
            again.start().join();
            await().atMost(LentNetwork.LIMIT)
                    .until(() -> events.stream().anyMatch(TunnelEvent.QuotaUsedUp.class::isInstance));
            assertThat(again.status().lending().quota().orElseThrow().leftBytes())
                    .isZero();
        }
    }
}
