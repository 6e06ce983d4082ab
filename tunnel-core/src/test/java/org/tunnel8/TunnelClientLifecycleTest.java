package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.transport.PortRange;

/** What a client does when its methods are called in whatever order, from whatever thread. */
@Timeout(60)
class TunnelClientLifecycleTest {
    private static final String COMMUNITY = "00112233445566778899aabbccddeeff00112233";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Set<Thread> before = OwnThreads.alive();

    /** A client of a network in which nobody answers. */
    private static TunnelClientBuilder lonely() {
        return TunnelClient.builder().bind(LOOPBACK).layerCipher("jdk").network(TunnelNetwork.of(COMMUNITY, List.of()));
    }

    private static TunnelException failureOf(CompletableFuture<?> future) {
        CompletionException thrown = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(thrown).as("the future fails").isNotNull();
        assertThat(thrown.getCause()).isInstanceOf(TunnelException.class);
        return (TunnelException) thrown.getCause();
    }

    private static void assertClosed(TunnelClient client) {
        assertThat(client.status().state()).isEqualTo(TunnelStatus.State.CLOSED);
        assertThat(failureOf(client.start()).kind()).isEqualTo(TunnelException.Kind.CLOSED);
        assertThat(failureOf(client.whenReady(Duration.ofSeconds(30))).kind()).isEqualTo(TunnelException.Kind.CLOSED);
        assertThatThrownBy(client::socks5)
                .isInstanceOfSatisfying(
                        TunnelException.class, e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CLOSED));
        assertThatThrownBy(client::datagrams)
                .isInstanceOfSatisfying(
                        TunnelException.class, e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CLOSED));
    }

    @AfterEach
    void noThreadRemains() {
        Set<Thread> after = OwnThreads.alive();
        after.removeAll(before);
        assertThat(after).as("threads left behind").isEmpty();
    }

    @Test
    void closingWithoutStartingEndsIt() {
        TunnelClient client = lonely().build();
        assertThat(client.status().state()).isEqualTo(TunnelStatus.State.NEW);

        client.close();

        assertClosed(client);
    }

    @Test
    void whatNeedsAStartedClientSaysSoBefore() {
        try (TunnelClient client = lonely().build()) {
            assertThatThrownBy(client::socks5)
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.NOT_STARTED))
                    .hasMessageContaining("start()");
            assertThatThrownBy(client::datagrams)
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.NOT_STARTED))
                    .hasMessageContaining("start()");
            TunnelException failure = failureOf(client.whenReady(Duration.ofMillis(20)));
            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.NO_CIRCUIT);
            assertThat(failure).hasMessageContaining("20 ms").hasMessageContaining("not been started");
        }
    }

    @Test
    void startingTwiceStartsOnce() {
        try (TunnelClient client = lonely().build()) {
            CompletableFuture<Void> first = client.start();
            CompletableFuture<Void> second = client.start();
            second.join();
            first.join();
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.CONNECTING);
            assertThat(client.status().address()).isPresent();
            assertThat(client.socks5().address().getPort()).isPositive();
        }
    }

    @Test
    void aCallerCannotSpoilTheFuturesOfOthers() {
        try (TunnelClient client = lonely().build()) {
            client.start().completeExceptionally(new IllegalStateException());
            client.whenReady(Duration.ofSeconds(1)).complete(null);

            client.start().join();
            assertThat(client.whenReady(Duration.ofMillis(10))).isNotDone();
        }
    }

    @Test
    void closingTwiceAndFromManyThreadsReturnsWhenItIsClosed() {
        TunnelClient client = lonely().build();
        client.start().join();

        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closing.add(CompletableFuture.runAsync(
                    () -> {
                        client.close();
                        assertThat(client.status().state()).isEqualTo(TunnelStatus.State.CLOSED);
                    },
                    task -> new Thread(task).start()));
        }
        CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new)).join();
        client.close();

        assertClosed(client);
    }

    @Test
    void closingWhileItStartsLeavesNothingBehind() {
        for (int i = 0; i < 20; i++) {
            TunnelClient client = lonely().build();
            CompletableFuture<Void> started = client.start();
            client.close();

            assertThat(started.handle((v, failure) -> "ended")).succeedsWithin(Duration.ofSeconds(10));
            assertClosed(client);
        }
    }

    @Test
    void closingFailsWhatIsWaitedFor() {
        TunnelClient client = lonely().build();
        client.start().join();
        CompletableFuture<Void> ready = client.whenReady(Duration.ofDays(400_000));

        client.close();

        assertThat(failureOf(ready).kind()).isEqualTo(TunnelException.Kind.CLOSED);
    }

    @Test
    void whateverFollowsAFutureMayCloseTheClient() throws Exception {
        TunnelClient client = lonely().build();

        client.start().thenRun(client::close).get(20, TimeUnit.SECONDS);

        assertClosed(client);
    }

    @Test
    void whatFollowsAFutureRunsOnNoThreadOfOurs() throws Exception {
        List<CompletableFuture<Boolean>> onOurs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            TunnelClient client = lonely().build();
            onOurs.add(client.whenReady(Duration.ofSeconds(30)).handle((v, failure) -> OwnThreads.isCurrent()));
            onOurs.add(client.start().thenApply(v -> OwnThreads.isCurrent()));
            onOurs.get(onOurs.size() - 1).get(10, TimeUnit.SECONDS);
            client.close();
        }
        for (CompletableFuture<Boolean> one : onOurs) {
            assertThat(one.get(10, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                TunnelClient client =
                        lonely().listen(PortRange.of(taken.getLocalPort())).build()) {
            TunnelException failure = failureOf(client.start());

            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(failure).hasMessageContaining(String.valueOf(taken.getLocalPort()));
            assertThat(failureOf(client.whenReady(Duration.ofSeconds(30))).kind())
                    .isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.CLOSED);
            assertThat(client.status().reason()).contains(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void aUsedUpRangeIsNamed() throws IOException {
        List<DatagramSocket> taken = new ArrayList<>();
        int first = neighbours(taken);
        try (TunnelClient client =
                lonely().listen(PortRange.of(first, first + 1)).build()) {
            TunnelException failure = failureOf(client.start());

            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(failure)
                    .hasMessageContaining(String.valueOf(first))
                    .hasMessageContaining(String.valueOf(first + 1))
                    .hasMessageContaining("another range");
        } finally {
            taken.forEach(DatagramSocket::close);
        }
    }

    /** Takes two ports in a row. */
    private static int neighbours(List<DatagramSocket> taken) throws IOException {
        while (true) {
            DatagramSocket first = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
            try {
                taken.add(new DatagramSocket(new InetSocketAddress(LOOPBACK, first.getLocalPort() + 1)));
                taken.add(first);
                return first.getLocalPort();
            } catch (IOException | IllegalArgumentException e) {
                first.close();
            }
        }
    }

    @Test
    void theNextPortOfARangeIsTakenInstead() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            int port = taken.getLocalPort();
            int last = Math.min(65_535, port + 20);
            try (TunnelClient client = lonely().listen(PortRange.of(port, last)).build()) {
                client.start().join();
                assertThat(client.status().address().orElseThrow().getPort())
                        .isGreaterThan(port)
                        .isLessThanOrEqualTo(last);
            }
        }
    }

    @Test
    void aTakenProxyPortIsNamedAndNothingKeepsRunning() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
                TunnelClient client = lonely().socks5(new InetSocketAddress(LOOPBACK, taken.getLocalPort()))
                        .build()) {
            TunnelException failure = failureOf(client.start());

            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(failure).hasMessageContaining(String.valueOf(taken.getLocalPort()));
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.CLOSED);
        }
    }

    @Test
    void flowsOutliveTheirClientWithoutHarm() {
        TunnelClient client = lonely().build();
        client.start().join();
        TunnelDatagrams flow = client.datagrams();
        byte[] payload = new byte[30];
        InetSocketAddress target = new InetSocketAddress(LOOPBACK, 9);

        client.close();

        assertThat(flow.send(target, payload, 0, payload.length)).isFalse();
        flow.close();
        flow.close();
    }

    @Test
    void saysWhatIsLackingWhenThereIsNoCircuit() {
        try (TunnelClient client = lonely().build()) {
            client.start().join();

            TunnelException failure = failureOf(client.whenReady(Duration.ofSeconds(1)));

            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.NO_CIRCUIT);
            assertThat(failure)
                    .hasMessageContaining("within 1 s")
                    .hasMessageContaining("0 of 20 peers")
                    .hasMessageContaining("bootstrap");
        }
    }
}
