package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.TunnelException.Kind;
import org.tunnel8.testing.EmbeddedNetwork;

/** How opening a stream ends that cannot be opened, and when: with the error and in the time that {@link TunnelClient#connect} tells. */
@Timeout(150)
class StreamsInVainTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** What is told as 20 s may come late by what a busy machine takes, and never early. */
    private static final Duration TWENTY_SECONDS = Duration.ofSeconds(20);

    private static final Duration LATE = Duration.ofSeconds(8);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private record Outcome(Kind kind, String message, Duration after) {}

    private static CompletableFuture<Outcome> outcomeOf(Supplier<CompletableFuture<TunnelSocket>> connecting) {
        long startNanos = System.nanoTime();
        return connecting.get().handle((socket, failure) -> {
            if (failure == null) {
                throw new AssertionError("connected to " + socket);
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            TunnelException told = (TunnelException) cause;
            return new Outcome(
                    told.kind(), String.valueOf(told.getMessage()), Duration.ofNanos(System.nanoTime() - startNanos));
        });
    }

    private static void assertEnds(CompletableFuture<Outcome> ended, Kind kind, Duration earliest, Duration latest) {
        Outcome outcome = ended.join();
        assertThat(outcome.kind()).as(outcome.message()).isEqualTo(kind);
        assertThat(outcome.after()).as("%s", outcome).isBetween(earliest, latest);
    }

    private static TunnelClientBuilder client(TunnelNetwork network) {
        return TunnelClient.builder().network(network).bind(LOOPBACK).hops(1).minPeers(2);
    }

    @Test
    void withoutACircuitAnExitAnAnswerOrAClient() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, LOOPBACK);
                EmbeddedNetwork network = EmbeddedNetwork.builder()
                        .relays(2)
                        .exits(1)
                        .layerCipher("jdk")
                        .build();
                EmbeddedNetwork refusing = EmbeddedNetwork.builder()
                        .relays(2)
                        .exits(1)
                        .maxJoinedCircuits(0)
                        .layerCipher("jdk")
                        .build()) {
            network.start().join();
            refusing.start().join();
            InetSocketAddress dead = new InetSocketAddress(LOOPBACK, silent.getLocalPort());
            TunnelNetwork nobody = TunnelNetwork.of(network.network().communityId(), List.of(dead));
            try (TunnelClient alone = client(nobody).build();
                    TunnelClient refused = client(refusing.network()).build();
                    TunnelClient ready = client(network.network()).build()) {
                TunnelClient closing = client(nobody).build();
                for (TunnelClient each : List.of(alone, refused, ready, closing)) {
                    each.start().join();
                }
                ready.whenReady(LIMIT).join();

                CompletableFuture<Outcome> noCircuit = outcomeOf(() -> alone.connect(dead));
                CompletableFuture<Outcome> refusingExit = outcomeOf(() -> refused.connect(dead));
                CompletableFuture<Outcome> deadPeer = outcomeOf(() -> ready.connect(dead));
                // Nobody's exit sends there unless it is told to.
                CompletableFuture<Outcome> refusedTarget =
                        outcomeOf(() -> ready.connect(new InetSocketAddress("192.168.77.1", 6881)));
                CompletableFuture<Outcome> closedMeanwhile = outcomeOf(() -> closing.connect(dead));
                closing.close();

                assertEnds(closedMeanwhile, Kind.CLOSED, Duration.ZERO, LATE);
                assertThatThrownBy(() -> closing.connect(dead))
                        .isInstanceOfSatisfying(
                                TunnelException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
                Duration latest = TWENTY_SECONDS.plus(LATE);
                assertEnds(noCircuit, Kind.NO_CIRCUIT, TWENTY_SECONDS, latest);
                assertEnds(refusingExit, Kind.NO_CIRCUIT, TWENTY_SECONDS, latest);
                assertEnds(deadPeer, Kind.CONNECTION_UNANSWERED, TWENTY_SECONDS, latest);
                assertEnds(refusedTarget, Kind.CONNECTION_UNANSWERED, TWENTY_SECONDS, latest);
            }
        }
    }
}
