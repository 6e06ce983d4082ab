package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.proxy.PlayedStreams.PlayedStream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.wire.Address;

/** CONNECT to an address, until it is granted or refused. */
@ExtendWith(LeakedBuffers.class)
class ConnectToAddressTest {
    private static final Socks5Settings OPEN = Socks5Settings.defaults();
    private static final String NOWHERE = "00 01 00000000 0000";

    private ProxyFixture proxy;

    @AfterEach
    void stop() {
        proxy.close();
    }

    private SocksClient start(Socks5Settings settings) throws Exception {
        proxy = new ProxyFixture(settings);
        return proxy.connect();
    }

    @ParameterizedTest
    @CsvSource({
        "01 c0000201 1ae1, 192.0.2.1, 6881",
        "04 20010db8000000000000000000000001 0050, 2001:db8::1, 80",
        "04 00000000000000000000ffffc0000201 0050, 192.0.2.1, 80",
        "03 09 3139322e302e322e31 1ae1, 192.0.2.1, 6881",
        "03 0b 323030313a6462383a3a31 1ae1, 2001:db8::1, 6881",
    })
    void beginsAStreamToTheAddress(String address, String host, int port) throws Exception {
        SocksClient client = start(OPEN);
        client.greet().send("050100" + address);
        PlayedStream stream = proxy.streams.next();
        assertThat(stream.target()).isEqualTo(Address.parse(host, port));
        assertThat(stream.isolationKey()).isNull();
        stream.answer();
        client.expect(SocksClient.GRANTED);
        assertThat(proxy.exchanges.isAsked()).isFalse();
    }

    @Test
    void answersOnlyWhenTheOtherSideHas() throws Exception {
        SocksClient client = start(OPEN);
        client.greet().askForStream();
        PlayedStream stream = proxy.streams.next();
        try (SocksClient other = proxy.connect()) {
            other.greet().associate(); // By now an early answer would have been sent.
        }
        assertThat(client.available()).isZero();
        assertThat(proxy.server.statistics().streams()).isEqualTo(1);
        assertThat(proxy.server.statistics().streamsOpened()).isZero();
        stream.answer();
        client.expect(SocksClient.GRANTED);
        assertThat(proxy.server.statistics().streamsOpened()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "RESET, 05, STREAM_RESET",
        "UNANSWERED, 04, STREAM_UNANSWERED",
        "NO_CIRCUIT, 01, NO_CIRCUIT",
        "TOO_MANY, 01, STREAM_LIMIT",
        "MOVED, 01, CIRCUIT_LOST",
        "TIMED_OUT, 01, CIRCUIT_LOST",
        "CLOSED, 01, CIRCUIT_LOST",
        "TUNNEL_CLOSED, 01, CIRCUIT_LOST",
    })
    void saysWhyThereIsNoStream(StreamEnd why, String code, Socks5Refusal reason) throws Exception {
        SocksClient later = start(OPEN);
        later.greet().askForStream();
        proxy.streams.next().end(why);
        later.expect("05" + code + NOWHERE).expectOrderlyEnd();
        proxy.streams.refuseAll(why);
        try (SocksClient atOnce = proxy.connect()) {
            atOnce.greet().askForStream().expect("05" + code + NOWHERE).expectOrderlyEnd();
        }
        assertThat(proxy.server.statistics().refusals())
                .containsOnlyKeys(reason)
                .containsValue(2L);
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
        assertThat(proxy.server.statistics().streams()).isZero();
        assertThat(proxy.server.statistics().streamsOpened()).isZero();
    }

    @Test
    void passesOnWhatTheClientSendsBeforeTheAnswer() throws Exception {
        SocksClient client = start(OPEN);
        byte[] early = "early".getBytes(StandardCharsets.US_ASCII);
        client.greet().send("050100 01 c0000201 1ae1" + "6561726c79").write("-later");
        PlayedStream stream = proxy.streams.next();
        eventually(() -> assertThat(stream.taken()).asString().isEqualTo("early-later"));
        assertThat(client.available()).isZero();
        stream.answer();
        client.expect(SocksClient.GRANTED);
        assertThat(proxy.server.statistics().streamBytesFromClients()).isEqualTo(early.length + 6);
    }

    @Test
    void keepsEarlyBytesForAStreamThatTakesNoneBeforeItIsOpen() throws Exception {
        SocksClient client = start(OPEN);
        proxy.streams.firstRoom(0);
        client.greet().askForStream().write("early");
        PlayedStream stream = proxy.streams.next();
        stream.answer();
        client.expect(SocksClient.GRANTED);
        assertThat(stream.takenBytes()).isZero();
        stream.makeRoom(2).makeRoom(100);
        eventually(() -> assertThat(stream.taken()).asString().isEqualTo("early"));
    }

    @Test
    void answersARefusedClientThatHasSentMoreThanWasTaken() throws Exception {
        SocksClient client = start(OPEN);
        proxy.streams.firstRoom(1_000);
        client.greet().askForStream().write(new byte[50_000]);
        PlayedStream stream = proxy.streams.next();
        eventually(() -> assertThat(stream.takenBytes()).isEqualTo(1_000));
        stream.end(StreamEnd.RESET);
        client.expect("0505" + NOWHERE).expectOrderlyEnd();
    }

    @Test
    void endsTheStreamOfAClientThatLeavesWhileItIsConnecting() throws Exception {
        SocksClient finishing = start(OPEN);
        finishing.greet().askForStream();
        PlayedStream first = proxy.streams.next();
        finishing.close();
        eventually(() -> assertThat(first.isReset()).isTrue());
        SocksClient resetting = proxy.connect();
        resetting.greet().askForStream();
        PlayedStream second = proxy.streams.next();
        resetting.reset();
        eventually(() -> assertThat(second.isReset()).isTrue());
        first.answer();
        second.end(StreamEnd.RESET);
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
        assertThat(proxy.server.statistics().streams()).isZero();
        assertThat(proxy.server.statistics().refusals()).isEmpty();
    }

    @Test
    void hasNoTimeLimitOfItsOwnForTheOtherSide() throws Exception {
        SocksClient client = start(OPEN.withNegotiationLimit(Duration.ofMillis(500)));
        client.greet().askForStream();
        PlayedStream stream = proxy.streams.next();
        try (SocksClient late = proxy.connect()) {
            late.expectOrderlyEnd();
        }
        stream.answer();
        client.expect(SocksClient.GRANTED);
    }

    @Test
    void keepsStreamsOfDifferentUsersApart() throws Exception {
        Socks5Settings settings =
                OPEN.withCredentials(Socks5Credentials.of("user", "password")).withIsolateByUser(true);
        SocksClient one = start(settings);
        one.logIn("one", "password").expect("0100").askForStream();
        assertThat(proxy.streams.next().isolationKey()).isEqualTo("one");
        try (SocksClient two = proxy.connect()) {
            two.logIn("two", "password").expect("0100").askForStream();
            assertThat(proxy.streams.next().isolationKey()).isEqualTo("two");
        }
    }

    @Test
    void countsStreamsAmongConnections() throws Exception {
        SocksClient client = start(OPEN.withLimits(1, 1));
        client.greet().askForStream();
        proxy.streams.next().answer();
        client.expect(SocksClient.GRANTED);
        try (SocksClient second = proxy.connect()) {
            second.expectEnd();
        }
        assertThat(proxy.refused(Socks5Refusal.CONNECTION_LIMIT)).isEqualTo(1);
    }

    @Test
    void endsAllStreamsWhenItCloses() throws Exception {
        SocksClient open = start(OPEN);
        open.greet().askForStream();
        PlayedStream opened = proxy.streams.next().answer();
        open.expect(SocksClient.GRANTED);
        SocksClient waiting = proxy.connect();
        waiting.greet().askForStream();
        PlayedStream connecting = proxy.streams.next();
        proxy.close();
        open.expectReset();
        waiting.expectEnd();
        assertThat(opened.isReset()).isTrue();
        assertThat(connecting.isReset()).isTrue();
        assertThat(proxy.server.statistics().streams()).isZero();
        assertThat(proxy.server.statistics().connections()).isZero();
    }
}
