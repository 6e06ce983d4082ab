package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.CircuitStatus;
import org.tunnel8.OwnThreads;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.TunnelException;
import org.tunnel8.UdpEcho;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.node.TunnelNode;

/** The whole stack on real sockets: an embedded network, a client, an echo server outside. */
class EmbeddedNetworkTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static byte[] utp(int length) {
        byte[] payload = new byte[length];
        payload[0] = 0x01;
        for (int i = 20; i < length; i++) {
            payload[i] = (byte) i;
        }
        return payload;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void datagramsGoOutAtAnExitAndComeBack(int hops) throws Exception {
        try (UdpEcho echo = new UdpEcho();
                EmbeddedNetwork network = EmbeddedNetwork.builder().build()) {
            network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(hops)
                    .minPeers(4)
                    .build()) {
                client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                client.whenReady(LIMIT).join();
                BlockingQueue<byte[]> back = new LinkedBlockingQueue<>();
                TunnelDatagrams datagrams = client.datagrams();
                datagrams.onDatagram((origin, buffer, offset, length) ->
                        back.add(Arrays.copyOfRange(buffer, offset, offset + length)));
                byte[] payload = utp(1_300);
                assertThat(datagrams.send(echo.address(), payload, 0, payload.length))
                        .isTrue();

                assertThat(back.poll(5, TimeUnit.SECONDS)).isEqualTo(payload);
                assertThat(network.exitAddresses()).contains(echo.senders().take());
            }
        }
    }

    @Test
    void aClientTellsTheHopsOfItsCircuitsByTheLabelsOfTheirKeys() throws Exception {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(2).exits(1).build()) {
            network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(3)
                    .minPeers(3)
                    .build()) {
                client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                client.whenReady(LIMIT).join();
                CircuitStatus primary = client.status().circuits().stream()
                        .filter(circuit -> circuit.ready() && circuit.primary())
                        .findFirst()
                        .orElseThrow();
                assertThat(primary.path().subList(0, 2))
                        .containsExactlyInAnyOrder(
                                label(network.relays().get(0)),
                                label(network.relays().get(1)));
                assertThat(primary.path().subList(2, primary.path().size()))
                        .containsExactly(label(network.exits().get(0)));
            }
        }
    }

    private static String label(TunnelNode node) throws CryptoFailure {
        return PublicKey.parse(node.publicKey()).toString();
    }

    @Test
    void startsWithoutRelays() throws Exception {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(0).exits(1).build()) {
            network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(network.exits()).hasSize(1);
        }
    }

    @Test
    void isClosedWhileItStartsWithoutLeavingThreads() {
        Set<Thread> before = OwnThreads.alive();
        for (int i = 0; i < 5; i++) {
            EmbeddedNetwork network =
                    EmbeddedNetwork.builder().layerCipher("jdk").build();
            CompletableFuture<Void> started = network.start();
            network.close();
            network.close();

            assertThat(started)
                    .failsWithin(LIMIT)
                    .withThrowableThat()
                    .havingRootCause()
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            told -> assertThat(told.kind()).isEqualTo(TunnelException.Kind.CLOSED));
            assertThat(network.start()).failsWithin(LIMIT);
        }
        Set<Thread> after = OwnThreads.alive();
        after.removeAll(before);
        assertThat(after).isEmpty();
    }

    @Test
    void startingTwiceStartsOnce() {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(1).exits(1).build()) {
            CompletableFuture<Void> first = network.start();
            network.start().join();
            first.join();
            assertThat(network.relays()).hasSize(1);
            assertThat(network.start().thenApply(v -> OwnThreads.isCurrent()).join())
                    .isFalse();
        }
    }
}
