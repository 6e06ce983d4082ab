package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tunnel8.transport.udp.LoopFixture.until;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.SendFailure;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.wire.Headroom;

/** Real sockets on loopback, on epoll and on NIO. */
class UdpTransportTest {
    private final List<LoopFixture> fixtures = new ArrayList<>();
    private final Received here = new Received();
    private final Received there = new Received();

    @AfterEach
    void closeLoops() {
        fixtures.forEach(LoopFixture::close);
    }

    @ParameterizedTest
    @EnumSource
    void datagramsGoBothWays(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("127.0.0.1", here);
        UdpTransport other = fixture.bind("127.0.0.1", there);

        fixture.send(one, other.localAddress(), bytes("ping"));
        until(() -> there.datagrams.size() == 1);
        fixture.send(other, there.datagrams.get(0).from(), bytes("pong"));
        until(() -> here.datagrams.size() == 1);

        assertThat(there.contents()).containsExactly(bytes("ping"));
        assertThat(there.datagrams.get(0).from()).isEqualTo(one.localAddress());
        assertThat(here.contents()).containsExactly(bytes("pong"));
        TransportCounters counters = one.counters();
        assertThat(counters.sent()).isEqualTo(1);
        assertThat(counters.sentBytes()).isEqualTo(4);
        assertThat(counters.received()).isEqualTo(1);
        assertThat(counters.receivedBytes()).isEqualTo(4);
        assertThat(counters.droppedInAll()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void nodesOfOneMachineHaveLoopbackAddressesOfTheirOwn(TransportLoop.Io io) throws Exception {
        assumeTrue(isLocal("127.1.2.3"), "this system has one loopback address only");
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("127.1.2.3", here);
        UdpTransport other = fixture.bind("127.3.2.1", there);

        fixture.send(one, other.localAddress(), bytes("hello"));
        until(() -> there.datagrams.size() == 1);

        assertThat(there.datagrams.get(0).from().getAddress()).isEqualTo(InetAddress.getByName("127.1.2.3"));
        assertThat(other.localAddress().getAddress()).isEqualTo(InetAddress.getByName("127.3.2.1"));
    }

    @ParameterizedTest
    @EnumSource
    void aBurstArrivesWholeAndInOrder(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("127.0.0.1", here);
        UdpTransport other = fixture.bind("127.0.0.1", there);
        byte[][] burst = LoopFixture.numbered(1_000, 1_400);

        fixture.send(one, other.localAddress(), burst);
        until(() -> there.datagrams.size() == burst.length);

        assertThat(Arrays.mismatch(there.contents().toArray(byte[][]::new), burst, Arrays::compare))
                .isEqualTo(-1);
        assertThat(one.counters().sent()).isEqualTo(burst.length);
        if (fixture.loop.isNative()) {
            assertThat(one.counters().segmented()).as("sent in segmented sends").isPositive();
        } else {
            assertThat(one.counters().segmented()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void datagramsOf1473To8192BytesAreReceived(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        int[] lengths = {1_472, 1_473, 2_048, 2_049, 4_096, 8_191, 8_192};
        sendPlainly(port.localAddress(), lengths);
        until(() -> here.datagrams.size() == lengths.length);
        assertThat(here.lengths())
                .containsExactlyElementsOf(IntStream.of(lengths).boxed().toList());
        for (byte[] datagram : here.contents()) {
            assertThat(datagram).containsOnly(datagram.length);
        }
        assertThat(port.counters().cut()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void datagramsOf1473To2048BytesAreSentAndLongerOnesAreNot(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("127.0.0.1", here);
        UdpTransport other = fixture.bind("127.0.0.1", there);
        fixture.send(
                one,
                other.localAddress(),
                new byte[1_473],
                new byte[1_800],
                new byte[2_049],
                new byte[2_048],
                new byte[1]);
        until(() -> there.datagrams.size() == 4);
        assertThat(there.lengths()).containsExactly(1_473, 1_800, 2_048, 1);
        assertThat(one.counters().tooLarge()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void longerDatagramsAreSentWhereThePortIsSetTo(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpSettings settings = UdpSettings.of(InetAddress.getByName("127.0.0.1"), PortRange.any());
        UdpTransport one = fixture.bind(settings.withMaxSent(DatagramPort.MAX_RECEIVED_BYTES), here);
        UdpTransport other = fixture.bind(settings, there);
        fixture.send(one, other.localAddress(), new byte[8_192], new byte[8_193], new byte[8_192], new byte[4_096]);
        until(() -> there.datagrams.size() == 3);
        assertThat(there.lengths()).containsExactly(8_192, 8_192, 4_096);
        assertThat(one.counters().tooLarge()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void datagramsOver8192BytesAreCountedAsCutAndDropped(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        sendPlainly(port.localAddress(), 8_193, 8_200, 8_201, 60_000, 100);
        until(() -> here.datagrams.size() == 1);
        assertThat(here.lengths()).containsExactly(100);
        assertThat(port.counters().cut()).isEqualTo(4);
        assertThat(port.counters().received()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void emptyDatagramsAreReceived(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        sendPlainly(port.localAddress(), 0, 10, 0);
        until(() -> here.datagrams.size() == 3);
        assertThat(here.lengths()).containsExactly(0, 10, 0);
    }

    @ParameterizedTest
    @EnumSource
    void receivedDatagramsHaveHeadroomOnBothSides(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        List<Integer> rooms = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        UdpTransport port = fixture.bind("127.0.0.1", (from, buffer, offset, length) -> {
            rooms.add(offset);
            rooms.add(buffer.length - offset - length);
            calls.incrementAndGet();
        });
        sendPlainly(port.localAddress(), 8_192);
        until(() -> calls.get() == 1);
        assertThat(rooms.get(0)).isGreaterThanOrEqualTo(Headroom.FRONT_BYTES);
        assertThat(rooms.get(1)).isGreaterThanOrEqualTo(Headroom.BACK_BYTES);
    }

    @ParameterizedTest
    @EnumSource
    void ipv6IsCarriedToo(TransportLoop.Io io) throws Exception {
        assumeTrue(isLocal("::1"), "this system has no IPv6");
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("::1", here);
        UdpTransport other = fixture.bind("::1", there);
        byte[][] burst = LoopFixture.numbered(100, 1_200);
        fixture.send(one, other.localAddress(), burst);
        until(() -> there.datagrams.size() == burst.length);
        assertThat(there.datagrams.get(0).from()).isEqualTo(one.localAddress());
    }

    @ParameterizedTest
    @EnumSource
    void aSocketForAllAddressesOfIpv6CarriesIpv4Too(TransportLoop.Io io) throws Exception {
        assumeTrue(isLocal("::1"), "this system has no IPv6");
        LoopFixture fixture = open(io);
        UdpTransport both = fixture.bind("::", here);
        UdpTransport ipv4 = fixture.bind("127.0.0.1", there);
        fixture.send(both, ipv4.localAddress(), bytes("over IPv4"));
        until(() -> there.datagrams.size() == 1);
        InetSocketAddress back =
                new InetSocketAddress("127.0.0.1", both.localAddress().getPort());
        fixture.send(ipv4, back, bytes("and back"));
        until(() -> here.datagrams.size() == 1);
        assertThat(here.datagrams.get(0).from().getAddress()).isInstanceOf(Inet4Address.class);
        assertThat(here.datagrams.get(0).from()).isEqualTo(ipv4.localAddress());
    }

    @ParameterizedTest
    @EnumSource
    void anIpv6DestinationOnAnIpv4SocketIsCounted(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        fixture.send(port, new InetSocketAddress("::1", 7_000), bytes("lost"));
        until(() -> port.counters().dropped(SendFailure.WRONG_ADDRESS_FAMILY) == 1);
        assertThat(port.counters().sent()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatThrowsMissesOnlyThatDatagram(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        AtomicInteger calls = new AtomicInteger();
        UdpTransport port = fixture.bind("127.0.0.1", (from, buffer, offset, length) -> {
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException("a mistake in the listener");
            }
        });
        sendPlainly(port.localAddress(), 10, 20, 30);
        until(() -> calls.get() == 3);
        assertThat(port.counters().listenerFailures()).isEqualTo(2);
        assertThat(port.counters().received()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsHandedOverAfterTheListenerClosedThePort(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        AtomicInteger calls = new AtomicInteger();
        AtomicReference<UdpTransport> port = new AtomicReference<>();
        port.set(fixture.bind("127.0.0.1", (from, buffer, offset, length) -> {
            calls.incrementAndGet();
            port.get().close();
        }));
        fixture.call(() -> {
            // While the loop is busy here, a whole batch gathers at the socket.
            sendPlainly(port.get().localAddress(), 10, 20, 30, 40);
            return null;
        });
        until(() -> calls.get() > 0);
        fixture.call(() -> null);
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void sendingFromAnotherThreadIsRefused(TransportLoop.Io io) throws Exception {
        UdpTransport port = open(io).bind("127.0.0.1", here);
        assertThatIllegalStateException()
                .isThrownBy(() -> port.send(port.localAddress(), new byte[10], 0, 10))
                .withMessageContaining("loop's thread");
    }

    @ParameterizedTest
    @EnumSource
    void whatWasSentLeavesBeforeThePortCloses(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport one = fixture.bind("127.0.0.1", here);
        UdpTransport other = fixture.bind("127.0.0.1", there);
        fixture.call(() -> {
            one.send(other.localAddress(), bytes("goodbye"), 0, 7);
            one.close();
            one.send(other.localAddress(), bytes("too late"), 0, 8);
            one.close();
            return null;
        });
        until(() -> there.datagrams.size() == 1);
        assertThat(there.contents()).containsExactly(bytes("goodbye"));
        assertThat(one.counters().sent()).isEqualTo(1);
        assertThat(one.counters().dropped(SendFailure.PORT_CLOSED)).isEqualTo(1);
        assertThat(here.events).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aSocketThatTheSystemClosesIsReportedAsLost(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        port.channel().close().sync();
        until(() -> !here.events.isEmpty());
        fixture.send(port, port.localAddress(), bytes("too late"));
        assertThat(here.events).containsExactly(new TransportEvent.PortLost());
        assertThat(port.counters().dropped(SendFailure.PORT_CLOSED)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void errorsWhileReceivingAreCountedAndReportedOnce(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        for (int i = 0; i < 3; i++) {
            port.channel().pipeline().fireExceptionCaught(new IOException("cannot receive"));
        }
        until(() -> port.counters().receiveErrors() == 3);
        sendPlainly(port.localAddress(), 10);
        until(() -> here.datagrams.size() == 1);
        assertThat(here.events).containsExactly(new TransportEvent.ReceiveFailing(1));
    }

    @ParameterizedTest
    @EnumSource
    void lastingErrorsAreReportedOnceInAWhile(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = open(io);
        UdpTransport port = fixture.bind("127.0.0.1", here);
        InetSocketAddress everybody = new InetSocketAddress("255.255.255.255", 9);
        for (int i = 1; i <= 3; i++) {
            int sends = i;
            fixture.send(port, everybody, new byte[10]);
            until(() -> port.counters().droppedInAll() == sends);
        }
        fixture.call(() -> null);
        assertThat(here.events).hasSize(1);
        assertThat(here.events.get(0)).isInstanceOf(TransportEvent.SendFailing.class);
        assertThat(port.counters().sent()).isZero();
    }

    private LoopFixture open(TransportLoop.Io io) {
        LoopFixture fixture = new LoopFixture(io);
        fixtures.add(fixture);
        return fixture;
    }

    private static void sendPlainly(InetSocketAddress to, int... lengths) throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int length : lengths) {
                byte[] datagram = new byte[length];
                Arrays.fill(datagram, (byte) length);
                socket.send(new DatagramPacket(datagram, length, to));
            }
        }
    }

    private static boolean isLocal(String address) throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
