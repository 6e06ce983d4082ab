package org.tunnel8.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.OwnThreads;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.transport.PortRange;

/** What a node does when its methods are called in whatever order, from whatever thread. */
@Timeout(60)
class TunnelNodeLifecycleTest {
    private static final String COMMUNITY = "00112233445566778899aabbccddeeff00112233";
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Set<Thread> before = OwnThreads.alive();

    private static TunnelNodeBuilder lonely() {
        return TunnelNode.builder()
                .listen(LOOPBACK, PortRange.any())
                .layerCipher("jdk")
                .network(TunnelNetwork.of(COMMUNITY, List.of()));
    }

    private static TunnelException failureOf(CompletableFuture<?> future) {
        CompletionException thrown = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(thrown).as("the future fails").isNotNull();
        assertThat(thrown.getCause()).isInstanceOf(TunnelException.class);
        return (TunnelException) thrown.getCause();
    }

    private static void assertRefused(TunnelException.Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        TunnelException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @AfterEach
    void noThreadRemains() {
        Set<Thread> after = OwnThreads.alive();
        after.removeAll(before);
        assertThat(after).as("threads left behind").isEmpty();
    }

    @Test
    void aNodeThatIsNotStartedSaysSo() {
        try (TunnelNode node = lonely().build()) {
            assertRefused(TunnelException.Kind.NOT_STARTED, node::address);
            assertRefused(TunnelException.Kind.NOT_STARTED, node::status);
            assertThat(node.outsideAddresses()).isEmpty();
        }
    }

    @Test
    void anAddressForTheExitThatIsNoneOfThisMachinesIsToldAtTheStart() throws IOException {
        InetAddress foreign = InetAddress.getByName("192.0.2.1");
        try (TunnelNode node = lonely().roles(List.of(NodeRole.RELAY, NodeRole.EXIT_BT))
                .exitBind(foreign)
                .build()) {
            TunnelException told = failureOf(node.start());

            assertThat(told.kind()).isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(told)
                    .hasMessageContaining("the exit's sockets to the outside")
                    .hasMessageContaining("not an address of this machine");
            assertThat(told.getMessage()).doesNotContain("192.0.2");
        }
    }

    @Test
    void anAddressForTheExitThatIsThisMachinesIsTaken() throws IOException {
        InetAddress another = InetAddress.getByName("127.0.1.2");
        try (TunnelNode node = lonely().roles(List.of(NodeRole.RELAY, NodeRole.EXIT_BT))
                .exitBind(another)
                .build()) {
            node.start().join();

            assertThat(node.address().getAddress()).isEqualTo(LOOPBACK);
        }
    }

    @Test
    void startingTwiceBindsOnePort() {
        try (TunnelNode node = lonely().build()) {
            CompletableFuture<Void> first = node.start();
            node.start().join();
            InetSocketAddress address = node.address();
            first.join();
            node.start().join();

            assertThat(node.address()).isEqualTo(address);
        }
    }

    @Test
    void aClosedNodeSaysSo() {
        TunnelNode node = lonely().build();
        node.start().join();
        InetSocketAddress address = node.address();
        node.close();
        node.close();

        assertRefused(TunnelException.Kind.CLOSED, node::status);
        assertThat(node.address()).isEqualTo(address);
        assertThat(node.outsideAddresses()).isEmpty();
    }

    @Test
    void startingAClosedNodeFails() {
        TunnelNode node = lonely().build();
        node.close();

        assertThat(failureOf(node.start()).kind()).isEqualTo(TunnelException.Kind.CLOSED);
    }

    @Test
    void closingWhileItStartsLeavesNothingBehind() throws Exception {
        for (int i = 0; i < 20; i++) {
            TunnelNode node = lonely().build();
            CompletableFuture<Void> started = node.start();
            node.close();

            try {
                started.get(10, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOfSatisfying(
                                TunnelException.class,
                                told -> assertThat(told.kind()).isEqualTo(TunnelException.Kind.CLOSED));
            }
        }
    }

    @Test
    void manyThreadsMayCloseIt() {
        TunnelNode node = lonely().build();
        node.start().join();
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            closing.add(CompletableFuture.runAsync(node::close, task -> new Thread(task).start()));
        }

        CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new)).join();
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                TunnelNode node = lonely().listen(LOOPBACK, PortRange.of(taken.getLocalPort()))
                        .build()) {
            TunnelException failure = failureOf(node.start());

            assertThat(failure.kind()).isEqualTo(TunnelException.Kind.PORT_UNAVAILABLE);
            assertThat(failure).hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void anUnknownCipherLeavesNoThread() {
        assertThatThrownBy(() -> lonely().layerCipher("rot13").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rot13")
                .hasMessageContaining("jdk");
    }

    @Test
    void whatFollowsAFutureRunsOnNoThreadOfTheEngine() {
        for (int i = 0; i < 10; i++) {
            try (TunnelNode node = lonely().build()) {
                assertThat(node.start().thenApply(v -> OwnThreads.isCurrent()).join())
                        .isFalse();
            }
        }
    }
}
