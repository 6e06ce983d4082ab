package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.TunnelStatus;
import org.tunnel8.TunnelTrouble;
import org.tunnel8.TunnelTrouble.Kind;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;

/** Why there is no circuit, as applications hear it: in the status, by an event, and when a wait for one fails. */
@Timeout(120)
class TroublesOnSocketsTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Queue<TunnelEvent> events = new ConcurrentLinkedQueue<>();

    private TunnelClientBuilder client(TunnelNetwork network) {
        return TunnelClient.builder().network(network).bind(LOOPBACK).hops(1).onEvent(events::add);
    }

    private static EmbeddedNetwork.Builder network() {
        return EmbeddedNetwork.builder().layerCipher("jdk");
    }

    private static TunnelException failureOf(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            return (TunnelException) e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    private static Kind kindOf(TunnelException failure) {
        return failure.trouble().orElseThrow().kind();
    }

    private void assertToldInTime(TunnelClient client, Kind expected) {
        await().atMost(TEN_SECONDS)
                .until(() -> client.status().trouble().map(TunnelTrouble::kind).equals(Optional.of(expected)));
        TunnelException failure = failureOf(client.whenReady(Duration.ofMillis(50)));
        TunnelStatus status = client.status();
        TunnelTrouble trouble = status.trouble().orElseThrow();
        assertThat(kindOf(failure)).isEqualTo(expected);
        assertThat(failure).hasMessageEndingWith(failure.trouble().orElseThrow().sentence());
        assertThat(status.reason()).isEqualTo(trouble.sentence()).isNotBlank();
        assertThat(trouble.remedy()).isNotBlank();
        assertThat(trouble.since()).isBetween(Duration.ZERO, TEN_SECONDS.multipliedBy(2));
        await().atMost(TEN_SECONDS).until(() -> events.stream().anyMatch(event -> isTelling(event, expected)));
    }

    private static boolean isTelling(TunnelEvent event, Kind kind) {
        return event instanceof TunnelEvent.TroubleChanged changed
                && changed.trouble().map(TunnelTrouble::kind).equals(Optional.of(kind));
    }

    @Test
    void noBootstrapServerIsReached() throws IOException {
        try (DatagramSocket silent = new DatagramSocket(0, LOOPBACK);
                TunnelClient client = client(TunnelNetwork.of(
                                "74756e6e656c382d656d6265646465642d6e6574",
                                List.of(new InetSocketAddress(LOOPBACK, silent.getLocalPort()))))
                        .build()) {
            client.start().join();
            assertToldInTime(client, Kind.NO_BOOTSTRAP_SERVER);
            assertThat(client.status().reason()).contains("0 of 20 peers");
        }
    }

    @Test
    void peersAreTooFew() {
        try (EmbeddedNetwork network = network().relays(2).exits(1).build()) {
            network.start().join();
            try (TunnelClient client = client(network.network()).minPeers(20).build()) {
                client.start().join();
                await().atMost(TEN_SECONDS).until(() -> client.status().peers() == 3);
                assertToldInTime(client, Kind.TOO_FEW_PEERS);
                assertThat(client.status().reason()).contains("3 of 20 peers");
                assertThat(client.status().trouble().orElseThrow().facts().exits())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void thereIsNoExitAndAStreamSaysSoToo() {
        try (EmbeddedNetwork network = network().relays(3).exits(1).build()) {
            network.start().join();
            TunnelNode exit = network.exits().get(0);
            try (TunnelClient client = client(network.network())
                    .minPeers(3)
                    .denyHops(List.of(HexFormat.of().formatHex(exit.publicKey())))
                    .build()) {
                client.start().join();
                assertToldInTime(client, Kind.NO_EXIT);

                TunnelException failure = failureOf(client.connect(new InetSocketAddress(LOOPBACK, 9)));
                assertThat(failure.kind()).isEqualTo(TunnelException.Kind.NO_CIRCUIT);
                assertThat(kindOf(failure)).isEqualTo(Kind.NO_EXIT);
                assertThat(failure).hasMessageContaining("within 20 s").hasMessageContaining("exit");
            }
        }
    }

    @Test
    void exitsRefuse() {
        try (EmbeddedNetwork network =
                network().relays(3).exits(2).maxJoinedCircuits(0).build()) {
            network.start().join();
            try (TunnelClient client = client(network.network()).minPeers(4).build()) {
                client.start().join();
                await().atMost(TEN_SECONDS).until(() -> client.status().peers() >= 4);
                assertToldInTime(client, Kind.EXITS_REFUSE);
            }
        }
    }

    @Test
    void thePortIsTaken() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(0, LOOPBACK);
                TunnelClient client = client(TunnelNetwork.of("74756e6e656c382d656d6265646465642d6e6574", List.of()))
                        .listen(PortRange.of(taken.getLocalPort()))
                        .build()) {
            assertThat(kindOf(failureOf(client.start()))).isEqualTo(Kind.PORT_TROUBLE);
            TunnelException failure = failureOf(client.whenReady(TEN_SECONDS));
            assertThat(kindOf(failure)).isEqualTo(Kind.PORT_TROUBLE);
            assertThat(client.status().trouble().orElseThrow().kind()).isEqualTo(Kind.PORT_TROUBLE);
        }
    }

    @Test
    void itIsClosedOrNotStarted() {
        TunnelClient client = client(TunnelNetwork.of("74756e6e656c382d656d6265646465642d6e6574", List.of()))
                .build();
        assertThat(kindOf(failureOf(client.whenReady(Duration.ofMillis(20))))).isEqualTo(Kind.NOT_STARTED);
        client.start().join();
        client.close();
        assertThat(kindOf(failureOf(client.whenReady(TEN_SECONDS)))).isEqualTo(Kind.CLOSED);
        assertThat(client.status().trouble().orElseThrow().kind()).isEqualTo(Kind.CLOSED);
    }

    @Test
    void nothingStandsInTheWayOnceACircuitIsReady() {
        try (EmbeddedNetwork network = network().relays(3).exits(1).build()) {
            network.start().join();
            try (TunnelClient client = client(network.network()).minPeers(3).build()) {
                client.start().join();
                client.whenReady(TEN_SECONDS).join();
                assertThat(client.status().trouble()).isEmpty();
                assertThat(client.status().reason()).isEmpty();
                await().atMost(TEN_SECONDS)
                        .until(() -> events.contains(new TunnelEvent.TroubleChanged(Optional.empty())));
            }
        }
    }
}
