package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;

/** Real sockets on loopback, on epoll and on NIO. */
class UdpTransportTest {
    private final List<TransportLoop> loops = new ArrayList<>();

    @AfterEach
    void closeLoops() {
        loops.forEach(TransportLoop::close);
    }

    @ParameterizedTest
    @EnumSource
    void datagramsGoBothWays(TransportLoop.Io io) throws Exception {
        TransportLoop loop = open(io);
        Received here = new Received();
        Received there = new Received();
        UdpTransport one = bind(loop, "127.0.0.1", here);
        UdpTransport other = bind(loop, "127.0.0.1", there);

        send(loop, one, other.localAddress(), bytes("ping"));
        await().until(() -> there.datagrams.size() == 1);
        send(loop, other, there.datagrams.get(0).from(), bytes("pong"));
        await().until(() -> here.datagrams.size() == 1);

        assertThat(there.contents()).containsExactly(bytes("ping"));
        assertThat(there.datagrams.get(0).from()).isEqualTo(one.localAddress());
        assertThat(here.contents()).containsExactly(bytes("pong"));
        assertThat(one.counters().sent()).isEqualTo(1);
        assertThat(one.counters().sentBytes()).isEqualTo(4);
        assertThat(one.counters().received()).isEqualTo(1);
        assertThat(one.counters().receivedBytes()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void nodesOfOneMachineHaveLoopbackAddressesOfTheirOwn(TransportLoop.Io io) throws Exception {
        TransportLoop loop = open(io);
        Received there = new Received();
        UdpTransport one = bind(loop, "127.1.2.3", new Received());
        UdpTransport other = bind(loop, "127.3.2.1", there);

        send(loop, one, other.localAddress(), bytes("hello"));
        await().until(() -> there.datagrams.size() == 1);

        assertThat(there.datagrams.get(0).from().getAddress()).isEqualTo(InetAddress.getByName("127.1.2.3"));
        assertThat(other.localAddress().getAddress()).isEqualTo(InetAddress.getByName("127.3.2.1"));
    }

    private TransportLoop open(TransportLoop.Io io) {
        TransportLoop loop = TransportLoop.open("test-loop", io);
        loops.add(loop);
        return loop;
    }

    private static UdpTransport bind(TransportLoop loop, String address, DatagramListener listener) throws Exception {
        return bind(loop, UdpSettings.of(InetAddress.getByName(address), PortRange.any()), listener);
    }

    private static UdpTransport bind(TransportLoop loop, UdpSettings settings, DatagramListener listener)
            throws Exception {
        return UdpTransport.bind(loop, settings, listener).get(5, TimeUnit.SECONDS);
    }

    private static void send(TransportLoop loop, DatagramPort port, InetSocketAddress to, byte[] bytes) {
        loop.execute(() -> port.send(to, bytes, 0, bytes.length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
