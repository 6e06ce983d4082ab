package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tunnel8.BootstrapStatus;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.TunnelStatus;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;

/** What applications see of remembered peers, and of a network that nobody lets them into, on real sockets. */
@Timeout(90)
class RememberedPeersTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Queue<TunnelEvent> events = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path folder;

    private Path memory() {
        return folder.resolve("peers");
    }

    private TunnelClientBuilder client(TunnelNetwork network) {
        return TunnelClient.builder()
                .network(network)
                .bind(LOOPBACK)
                .hops(1)
                .minPeers(4)
                .memory(memory())
                .onEvent(events::add);
    }

    private static TunnelNetwork withoutServer(EmbeddedNetwork network) {
        return TunnelNetwork.of(network.network().communityId(), List.of());
    }

    @Test
    void aSecondStartNeedsNoBootstrapServer() throws IOException {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(4).exits(2).layerCipher("jdk").build()) {
            network.start().join();
            try (TunnelClient first = client(network.network()).build()) {
                first.start().join();
                await().atMost(LIMIT).until(() -> first.status().peers() == 6);
                assertThat(first.status().bootstrap().state()).isEqualTo(BootstrapStatus.State.ANSWERED);
            }
            assertThat(Files.readAllLines(memory(), StandardCharsets.ISO_8859_1))
                    .hasSize(6);

            try (TunnelClient second = client(withoutServer(network)).build()) {
                second.start().join();
                second.whenReady(LIMIT).join();
                assertThat(second.status().bootstrap())
                        .isEqualTo(new BootstrapStatus(BootstrapStatus.State.IDLE, 0, 0, 6, 6, 6, false));
            }
            try (TunnelNode node = TunnelNode.builder()
                    .roles(Set.of(NodeRole.RELAY))
                    .network(withoutServer(network))
                    .listen(LOOPBACK, PortRange.any())
                    .memory(memory())
                    .build()) {
                node.start().join();
                await().atMost(LIMIT).until(() -> node.status().peers() == 6);
                assertThat(node.status().bootstrap().rememberedFound()).isEqualTo(6);
            }
            assertThat(events).noneMatch(TunnelEvent.MemoryTrouble.class::isInstance);
        }
    }

    @Test
    void aDamagedFileIsToldAndStopsNothing() throws IOException {
        Files.writeString(memory(), "no peer\nnor this\n");
        try (TunnelClient client = client(TunnelNetwork.of("74756e6e656c382d656d6265646465642d6e6574", List.of()))
                .build()) {
            client.start().join();
            await().atMost(LIMIT).until(() -> events.stream().anyMatch(TunnelEvent.MemoryTrouble.class::isInstance));
        }
        assertThat(events)
                .filteredOn(event -> !(event instanceof TunnelEvent.TroubleChanged))
                .singleElement()
                .isInstanceOfSatisfying(
                        TunnelEvent.MemoryTrouble.class,
                        trouble ->
                                assertThat(trouble.reason()).contains("damaged").contains("2"));
        assertThat(memory()).hasContent("no peer\nnor this\n");
    }

    @Test
    void aFileThatCannotBeUsedIsToldAndStopsNothing() throws IOException {
        Files.createDirectory(memory());
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(1).exits(1).layerCipher("jdk").build()) {
            network.start().join();
            try (TunnelClient client = client(network.network()).minPeers(1).build()) {
                client.start().join();
                client.whenReady(LIMIT).join();
            }
        }
        assertThat(events.stream()
                        .filter(TunnelEvent.MemoryTrouble.class::isInstance)
                        .map(event -> ((TunnelEvent.MemoryTrouble) event).reason()))
                .satisfiesExactly(
                        reading -> assertThat(reading).contains("cannot be read"),
                        writing -> assertThat(writing).contains("cannot be written"));
    }

    @Test
    void saysThatAnonymousRoutingIsUnavailableAndWhyWhenNobodyAnswers() throws IOException {
        try (DatagramSocket silent = new DatagramSocket(0, LOOPBACK)) {
            TunnelNetwork dead = TunnelNetwork.of(
                    "74756e6e656c382d656d6265646465642d6e6574",
                    List.of(new InetSocketAddress(LOOPBACK, silent.getLocalPort())));
            Queue<TunnelEvent> nodeEvents = new ConcurrentLinkedQueue<>();
            try (TunnelClient client = client(dead).build();
                    TunnelNode node = TunnelNode.builder()
                            .network(dead)
                            .listen(LOOPBACK, PortRange.any())
                            .onEvent(nodeEvents::add)
                            .build()) {
                client.start().join();
                node.start().join();
                await().atMost(LIMIT)
                        .until(() -> events.stream().anyMatch(TunnelEvent.Degraded.class::isInstance)
                                && !nodeEvents.isEmpty());

                TunnelEvent.Degraded expected = new TunnelEvent.Degraded(
                        "no peer is known, and none of 1 bootstrap servers answers; they are asked again every 30 s");
                assertThat(events)
                        .filteredOn(event -> !(event instanceof TunnelEvent.TroubleChanged))
                        .containsExactly(expected);
                assertThat(nodeEvents).containsExactly(expected);
                TunnelStatus status = client.status();
                assertThat(status.reason()).isEqualTo("anonymous routing is unavailable: " + expected.reason());
                assertThat(status.bootstrap().degraded()).isTrue();
                assertThat(node.status().bootstrap())
                        .isEqualTo(new BootstrapStatus(BootstrapStatus.State.UNREACHABLE, 1, 0, 0, 0, 0, true));
            }
        }
    }

    @Test
    void refusesAnAgeThatNothingCanHave() {
        assertThatThrownBy(() -> TunnelClient.builder().memoryAge(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TunnelNode.builder().memoryAge(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
