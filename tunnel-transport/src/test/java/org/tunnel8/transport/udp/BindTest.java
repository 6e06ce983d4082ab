package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.transport.BindFailedException;
import org.tunnel8.transport.PortRange;

/** Ports and their ranges, with real sockets in the way ({@code FR-001}). */
class BindTest {
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final InetAddress loopback = InetAddress.getLoopbackAddress();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyPortIsARandomFreeOne(TransportLoop.Io io) throws Exception {
        UdpTransport port = open(io).bind(UdpSettings.of(loopback, PortRange.any()), new Received());
        assertThat(port.localAddress().getPort()).isBetween(1_024, 65_535);
        assertThat(port.localAddress().getAddress()).isEqualTo(loopback);
    }

    @ParameterizedTest
    @EnumSource
    void aTakenPortIsPassedOverForTheNextOfItsRange(TransportLoop.Io io) throws Exception {
        int first = takeNeighbours(2);
        UdpTransport port = open(io).bind(UdpSettings.of(loopback, PortRange.of(first, first + 20)), new Received());
        assertThat(port.localAddress().getPort()).isBetween(first + 2, first + 20);
    }

    @ParameterizedTest
    @EnumSource
    void aTakenPortFailsWithAnErrorThatNamesIt(TransportLoop.Io io) throws Exception {
        int taken = takeNeighbours(1);
        BindFailedException failure = bindFailure(open(io), UdpSettings.of(loopback, PortRange.of(taken)));
        assertThat(failure).hasMessageContaining("UDP port " + taken + ":").hasMessageContaining("taken");
        assertThat(failure.reason()).isEqualTo(BindFailedException.Reason.PORTS_TAKEN);
    }

    @ParameterizedTest
    @EnumSource
    void aUsedUpRangeFailsWithAnErrorThatNamesIt(TransportLoop.Io io) throws Exception {
        int first = takeNeighbours(3);
        PortRange range = PortRange.of(first, first + 2);
        BindFailedException failure = bindFailure(open(io), UdpSettings.of(loopback, range));
        assertThat(failure).hasMessageContaining(first + "-" + (first + 2));
        assertThat(failure.reason()).isEqualTo(BindFailedException.Reason.PORTS_TAKEN);
        assertThat(failure.ports()).isEqualTo(range);
    }

    @ParameterizedTest
    @EnumSource
    void aLongUsedUpRangeIsTriedToItsEnd(TransportLoop.Io io) throws Exception {
        int first = takeNeighbours(60);
        BindFailedException failure = bindFailure(open(io), UdpSettings.of(loopback, PortRange.of(first, first + 59)));
        assertThat(failure.reason()).isEqualTo(BindFailedException.Reason.PORTS_TAKEN);
    }

    @ParameterizedTest
    @EnumSource
    void anAddressOfAnotherMachineFailsAtOnce(TransportLoop.Io io) throws Exception {
        UdpSettings settings = UdpSettings.of(InetAddress.getByName("192.0.2.1"), PortRange.of(20_000, 60_000));
        BindFailedException failure = bindFailure(open(io), settings);
        assertThat(failure.reason()).isEqualTo(BindFailedException.Reason.ADDRESS_NOT_LOCAL);
        assertThat(failure.getMessage()).as("holds no address").doesNotContain("192.0.2.1");
    }

    @Test
    void aPortIsFreeAgainWhenItsTransportIsClosed() throws Exception {
        LoopFixture fixture = open(TransportLoop.Io.BEST_AVAILABLE);
        UdpTransport first = fixture.bind(UdpSettings.of(loopback, PortRange.any()), new Received());
        UdpSettings same =
                UdpSettings.of(loopback, PortRange.of(first.localAddress().getPort()));
        fixture.call(() -> {
            first.close();
            return null;
        });
        assertThat(fixture.bind(same, new Received()).localAddress()).isEqualTo(first.localAddress());
    }

    @Test
    void aCancelledBindLeavesNoSocketBehind() throws Exception {
        LoopFixture fixture = open(TransportLoop.Io.BEST_AVAILABLE);
        int port = takeNeighbours(1);
        opened.remove(opened.size() - 1).close();
        CountDownLatch proceed = new CountDownLatch(1);
        fixture.loop.execute(() -> awaitQuietly(proceed));
        CompletableFuture<UdpTransport> bound =
                UdpTransport.bind(fixture.loop, UdpSettings.of(loopback, PortRange.of(port)), new Received());
        bound.cancel(false);
        proceed.countDown();
        fixture.call(() -> null);
        assertThat(fixture.bind(UdpSettings.of(loopback, PortRange.of(port)), new Received())
                        .localAddress()
                        .getPort())
                .isEqualTo(port);
    }

    @Test
    void bindingOnAClosedLoopFails() {
        TransportLoop loop = TransportLoop.open("closed-loop");
        loop.close();
        CompletableFuture<UdpTransport> bound =
                UdpTransport.bind(loop, UdpSettings.of(loopback, PortRange.any()), new Received());
        assertThatThrownBy(() -> bound.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(RejectedExecutionException.class);
    }

    private LoopFixture open(TransportLoop.Io io) {
        LoopFixture fixture = new LoopFixture(io);
        opened.add(fixture);
        return fixture;
    }

    private static BindFailedException bindFailure(LoopFixture fixture, UdpSettings settings) {
        ExecutionException failure =
                catchThrowableOfType(ExecutionException.class, () -> fixture.bind(settings, new Received()));
        assertThat(failure).hasCauseInstanceOf(BindFailedException.class);
        return (BindFailedException) failure.getCause();
    }

    /** Takes ports next to each other, wherever they are free, and returns the first. */
    private int takeNeighbours(int count) throws SocketException {
        for (int first = 21_000; first < 60_000; first += count) {
            List<DatagramSocket> sockets = new ArrayList<>();
            try {
                for (int port = first; port < first + count; port++) {
                    sockets.add(new DatagramSocket(new InetSocketAddress(loopback, port)));
                }
                opened.addAll(sockets);
                return first;
            } catch (SocketException taken) {
                sockets.forEach(DatagramSocket::close);
            }
        }
        throw new SocketException("no " + count + " neighbouring ports are free");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
