package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.proxy.LoopbackTunnel.LoopbackFlow;
import org.tunnel8.proxy.LoopbackTunnel.Sent;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;

/** Datagrams through associations over real sockets. */
@ParameterizedClass
@EnumSource(TransportLoop.Io.class)
class UdpAssociationTest {
    /** 1.2.3.4:6881. */
    private static final String HEADER = "00000001010203041ae1";

    private static final Address TARGET = Address.parse("1.2.3.4", 6881);
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "answer".getBytes(StandardCharsets.US_ASCII);

    @Parameter
    private TransportLoop.Io io;

    private ProxyFixture proxy;
    private SocksClient tcp;
    private UdpClient udp;
    private InetSocketAddress bound;

    @BeforeEach
    void start() throws Exception {
        proxy = new ProxyFixture(Socks5Settings.defaults(), io);
        tcp = proxy.connect();
        bound = tcp.greet().associate();
        udp = new UdpClient();
    }

    @AfterEach
    void stop() throws Exception {
        udp.close();
        tcp.close();
        proxy.close();
    }

    @Test
    void carriesDatagramsBothWays() throws Exception {
        udp.send(bound, HEADER, HELLO);
        assertSent(flow().takeSent(), TARGET, HELLO);

        flow().bringBack(TARGET, ANSWER);
        assertThat(udp.receive()).isEqualTo(HEADER + hex(ANSWER));

        Socks5Statistics statistics = proxy.server.statistics();
        assertThat(statistics.datagramsFromClients()).isEqualTo(1);
        assertThat(statistics.bytesFromClients()).isEqualTo(HELLO.length);
        assertThat(statistics.datagramsToClients()).isEqualTo(1);
        assertThat(statistics.bytesToClients()).isEqualTo(ANSWER.length);
        assertThat(statistics.associationsOpened()).isEqualTo(1);
        assertThat(statistics.drops()).isEmpty();
        assertThat(statistics.refusals()).isEmpty();
    }

    @Test
    void listensForTheClientWhereItsTcpConnectionArrived() {
        assertThat(bound.getAddress()).isEqualTo(proxy.server.address().getAddress());
        assertThat(bound.getPort())
                .isPositive()
                .isNotEqualTo(proxy.server.address().getPort());
    }

    @Test
    void passesHostNamesOnUnresolved() throws Exception {
        udp.send(bound, "00000003 0f 747261636b65722e696e76616c6964 0050", HELLO);
        Sent sent = flow().takeSent();
        assertSent(sent, new HostAddress("tracker.invalid", 80), HELLO);
    }

    @Test
    void carriesIpv6AndNamesBack() throws Exception {
        String header = "0000000420010db8000000000000000000000001" + "0050";
        udp.send(bound, header, HELLO);
        assertSent(flow().takeSent(), Address.parse("2001:db8::1", 80), HELLO);

        flow().bringBack(Address.parse("2001:db8::1", 80), ANSWER);
        assertThat(udp.receive()).isEqualTo(header + hex(ANSWER));
        flow().bringBack(new HostAddress("example.org", 8080), ANSWER);
        assertThat(udp.receive()).isEqualTo("000000030b6578616d706c652e6f72671f90" + hex(ANSWER));
    }

    @Test
    void carriesEmptyDatagrams() throws Exception {
        udp.send(bound, HEADER, new byte[0]);
        assertSent(flow().takeSent(), TARGET, new byte[0]);
        flow().bringBack(TARGET, new byte[0]);
        assertThat(udp.receive()).isEqualTo(HEADER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_200, 1_472, 1_473, 2_048, 4_096, 8_000, 8_192 - 10})
    void carriesLargeDatagramsBothWays(int size) throws Exception {
        byte[] payload = payload(size);
        udp.send(bound, HEADER, payload);
        assertSent(flow().takeSent(), TARGET, payload);
        flow().bringBack(TARGET, payload);
        assertThat(udp.receive()).isEqualTo(HEADER + hex(payload));
    }

    @Test
    void dropsWhatIsTooLargeAndGoesOn() throws Exception {
        udp.send(bound, HEADER, payload(8_192));
        udp.send(bound, HEADER, payload(60_000));
        udp.send(bound, HEADER, HELLO);
        assertSent(flow().takeSent(), TARGET, HELLO);
        assertThat(flow().hasSent()).isFalse();

        flow().bringBack(TARGET, payload(8_190));
        flow().bringBack(TARGET, ANSWER);
        assertThat(udp.receive()).isEqualTo(HEADER + hex(ANSWER));
        assertThat(proxy.dropped(Socks5Drop.TOO_LARGE)).isEqualTo(1);
    }

    @Test
    void dropsFragments() throws Exception {
        udp.send(bound, "00000101010203041ae1", HELLO);
        udp.send(bound, "00008201010203041ae1", HELLO);
        udp.send(bound, HEADER, ANSWER);
        assertSent(flow().takeSent(), TARGET, ANSWER);
        assertThat(proxy.dropped(Socks5Drop.FRAGMENT)).isEqualTo(2);
    }

    @Test
    void dropsMalformedHeaders() throws Exception {
        udp.send(bound, "", new byte[0]).send(bound, "0000", new byte[0]).send(bound, "00000009010203041ae1", HELLO);
        udp.send(bound, HEADER, ANSWER);
        assertSent(flow().takeSent(), TARGET, ANSWER);
        assertThat(proxy.dropped(Socks5Drop.MALFORMED)).isEqualTo(3);
    }

    @Test
    void countsWhatTheTunnelRefuses() throws Exception {
        proxy.tunnel.refuseAll();
        udp.send(bound, HEADER, HELLO);
        eventually(() -> assertThat(proxy.dropped(Socks5Drop.TUNNEL_REFUSED)).isEqualTo(1));
        assertThat(proxy.server.statistics().datagramsFromClients()).isZero();
    }

    @Test
    void countsWhatComesWhileTheLineIsFull() throws Exception {
        proxy.tunnel.full(true);
        udp.send(bound, HEADER, HELLO).send(bound, HEADER, HELLO);
        eventually(() -> assertThat(proxy.dropped(Socks5Drop.UPLINK_FULL)).isEqualTo(2));
        proxy.tunnel.full(false);
        udp.send(bound, HEADER, ANSWER);
        assertSent(flow().takeSent(), TARGET, ANSWER);
        assertThat(proxy.dropped(Socks5Drop.TUNNEL_REFUSED)).isZero();
    }

    @Test
    void keepsSeveralAssociationsApart() throws Exception {
        try (SocksClient secondTcp = proxy.connect();
                UdpClient secondUdp = new UdpClient()) {
            InetSocketAddress secondBound = secondTcp.greet().associate();
            assertThat(proxy.server.associations()).isEqualTo(2);
            assertThat(secondBound).isNotEqualTo(bound);

            udp.send(bound, HEADER, HELLO);
            secondUdp.send(secondBound, HEADER, ANSWER);
            assertSent(proxy.tunnel.flow(0).takeSent(), TARGET, HELLO);
            assertSent(proxy.tunnel.flow(1).takeSent(), TARGET, ANSWER);

            proxy.tunnel.flow(1).bringBack(TARGET, HELLO);
            proxy.tunnel.flow(0).bringBack(TARGET, ANSWER);
            assertThat(secondUdp.receive()).isEqualTo(HEADER + hex(HELLO));
            assertThat(udp.receive()).isEqualTo(HEADER + hex(ANSWER));

            secondTcp.reset();
            eventually(() -> assertThat(proxy.server.associations()).isEqualTo(1));
            udp.send(bound, HEADER, HELLO);
            assertSent(proxy.tunnel.flow(0).takeSent(), TARGET, HELLO);
        }
    }

    @Test
    void ignoresOtherAddressesThanTheClients() throws Exception {
        try (UdpClient stranger = new UdpClient(InetAddress.getByName("127.0.0.2"))) {
            stranger.send(bound, HEADER, ANSWER);
            udp.send(bound, HEADER, HELLO);
            assertSent(flow().takeSent(), TARGET, HELLO);
            stranger.send(bound, HEADER, ANSWER);
            udp.send(bound, HEADER, HELLO);
            assertSent(flow().takeSent(), TARGET, HELLO);
            assertThat(proxy.dropped(Socks5Drop.FOREIGN_SOURCE)).isEqualTo(2);
        }
    }

    @Test
    void staysWithThePortOfTheFirstGoodDatagram() throws Exception {
        try (UdpClient other = new UdpClient()) {
            other.send(bound, "0000", new byte[0]);
            udp.send(bound, HEADER, HELLO);
            assertSent(flow().takeSent(), TARGET, HELLO);
            other.send(bound, HEADER, ANSWER);
            udp.send(bound, HEADER, HELLO);
            assertSent(flow().takeSent(), TARGET, HELLO);
            assertThat(proxy.dropped(Socks5Drop.MALFORMED)).isEqualTo(1);
            assertThat(proxy.dropped(Socks5Drop.FOREIGN_SOURCE)).isEqualTo(1);
            flow().bringBack(TARGET, ANSWER);
            assertThat(udp.receive()).isEqualTo(HEADER + hex(ANSWER));
        }
    }

    @Test
    void takesTheAddressAndPortThatTheClientAnnounces() throws Exception {
        try (UdpClient announced = new UdpClient(InetAddress.getByName("127.0.0.3"));
                UdpClient neighbour = new UdpClient(InetAddress.getByName("127.0.0.3"));
                SocksClient announcing = proxy.connect()) {
            announcing.greet().send("050300 01 7f000003" + String.format("%04x", announced.port()));
            InetSocketAddress relay = announcing.readBound();
            LoopbackFlow second = proxy.tunnel.flow(1);

            // Its port is known, so it need not send first.
            second.bringBack(TARGET, ANSWER);
            assertThat(announced.receive()).isEqualTo(HEADER + hex(ANSWER));

            udp.send(relay, HEADER, ANSWER);
            neighbour.send(relay, HEADER, ANSWER);
            announced.send(relay, HEADER, HELLO);
            assertSent(second.takeSent(), TARGET, HELLO);
            assertThat(proxy.dropped(Socks5Drop.FOREIGN_SOURCE)).isEqualTo(2);
        }
    }

    @Test
    void takesTheAnnouncedPortAtTheAddressOfTheConnection() throws Exception {
        try (UdpClient announced = new UdpClient();
                SocksClient announcing = proxy.connect()) {
            announcing.greet().send("050300 03 01 78" + String.format("%04x", announced.port()));
            InetSocketAddress relay = announcing.readBound();
            udp.send(relay, HEADER, ANSWER);
            announced.send(relay, HEADER, HELLO);
            assertSent(proxy.tunnel.flow(1).takeSent(), TARGET, HELLO);
            assertThat(proxy.dropped(Socks5Drop.FOREIGN_SOURCE)).isEqualTo(1);
        }
    }

    @Test
    void dropsAnswersWhileTheClientsPortIsUnknown() throws Exception {
        flow().bringBack(TARGET, ANSWER);
        eventually(() -> assertThat(proxy.dropped(Socks5Drop.CLIENT_UNKNOWN)).isEqualTo(1));
    }

    @Test
    void dropsAnswersWithAnOriginThatDoesNotFitTheHeader() throws Exception {
        udp.send(bound, HEADER, HELLO);
        flow().takeSent();
        flow().bringBack(new HostAddress("n".repeat(256), 80), ANSWER);
        flow().bringBack(TARGET, ANSWER);
        assertThat(udp.receive()).isEqualTo(HEADER + hex(ANSWER));
        assertThat(proxy.dropped(Socks5Drop.ORIGIN_INEXPRESSIBLE)).isEqualTo(1);
    }

    @Test
    void endsWithItsTcpConnection() throws Exception {
        tcp.close();
        assertEnded();
    }

    @Test
    void endsWhenTheClientResetsItsTcpConnection() throws Exception {
        tcp.reset();
        assertEnded();
    }

    @Test
    void endsWhenTheClientHasSentItsLastByte() throws Exception {
        tcp.finishSending();
        tcp.expectOrderlyEnd();
        assertEnded();
    }

    @Test
    void ignoresWhatFollowsOnTcp() throws Exception {
        tcp.send("050100 01 01020304 0050").send("ff".repeat(100_000));
        udp.send(bound, HEADER, HELLO);
        assertSent(flow().takeSent(), TARGET, HELLO);
        assertThat(proxy.server.associations()).isEqualTo(1);
    }

    @Test
    void closesTheTcpConnectionWhenTheTunnelEndsTheFlow() throws Exception {
        LoopbackFlow flow = flow();
        flow.endFromTunnel();
        tcp.expectOrderlyEnd();
        eventually(() -> assertThat(proxy.server.associations()).isZero());
        assertThat(flow.isClosed()).isFalse();
    }

    @Test
    void outlivesRandomDatagrams() throws Exception {
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("UdpAssociationTest: -Dtunnel8.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            udp.send(bound, "", bytes);
        }
        eventually(() -> {
            udp.send(bound, HEADER, HELLO);
            assertThat(flow().hasSent()).isTrue();
        });
        assertSent(flow().takeSent(), TARGET, HELLO);
    }

    private LoopbackFlow flow() {
        return proxy.tunnel.flow(0);
    }

    private void assertEnded() throws Exception {
        eventually(() -> assertThat(proxy.server.associations()).isZero());
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
        assertThat(flow().isClosed()).isTrue();
        // The port is free again.
        try (UdpClient other = new UdpClient(bound)) {
            assertThat(other.port()).isEqualTo(bound.getPort());
        }
    }

    private static void assertSent(Sent sent, Address target, byte[] payload) {
        assertThat(sent.target()).isEqualTo(target);
        assertThat(hex(sent.payload())).isEqualTo(hex(payload));
    }

    private static byte[] payload(int size) {
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
            payload[i] = (byte) i;
        }
        return payload;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
