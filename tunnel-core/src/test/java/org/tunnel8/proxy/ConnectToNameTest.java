package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.proxy.PlayedExchanges.Exchange;
import org.tunnel8.wire.HostAddress;

/** CONNECT to a name: one plain HTTP exchange, or nothing. */
@ExtendWith(LeakedBuffers.class)
class ConnectToNameTest {
    private static final Socks5Settings OPEN = Socks5Settings.defaults();
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final String GET = "GET /announce?a=%ff HTTP/1.1\r\nHost: tracker.example\r\n\r\n";
    private static final String POST = "POST /rpc HTTP/1.1\r\nContent-length: 5\r\nHost: tracker.example\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nde";

    private ProxyFixture proxy;

    @AfterEach
    void stop() {
        proxy.close();
    }

    private SocksClient start(Socks5Settings settings) throws Exception {
        proxy = new ProxyFixture(settings);
        return proxy.connect().greet().connectTo("tracker.example");
    }

    private void assertAllIsGone() {
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
    }

    private void assertRefused(Socks5Refusal reason) {
        eventually(() -> assertThat(proxy.server.statistics().refusals())
                .containsOnlyKeys(reason)
                .containsValue(1L));
        assertAllIsGone();
    }

    @Test
    void carriesOneRequestAndItsAnswerAndCloses() throws Exception {
        SocksClient client = start(OPEN);
        assertThat(proxy.exchanges.isAsked()).isFalse();
        client.write(GET);
        Exchange exchange = proxy.exchanges.next();
        assertThat(exchange.target()).isEqualTo(new HostAddress("tracker.example", 80));
        assertThat(exchange.request()).isEqualTo(GET);
        assertThat(exchange.isolationKey()).isNull();
        exchange.answer(ANSWER);
        assertThat(client.readAll()).asString().isEqualTo(ANSWER);
        client.close();
        assertAllIsGone();
        assertThat(exchange.isCancelled()).isFalse();
        assertThat(proxy.server.statistics().exchanges()).isEqualTo(1);
        assertThat(proxy.server.statistics().refusals()).isEmpty();
        assertThat(proxy.streams.all()).isEmpty();
    }

    @Test
    void understandsARequestThatComesByteByByte() throws Exception {
        SocksClient client = start(OPEN);
        client.sendByteByByte(HexFormat.of().formatHex(GET.getBytes()));
        assertThat(proxy.exchanges.next().request()).isEqualTo(GET);
    }

    @Test
    void understandsARequestThatComesWithAllBeforeIt() throws Exception {
        proxy = new ProxyFixture(OPEN);
        SocksClient client = proxy.connect();
        client.send("050100 050100 03 01 78 0050" + HexFormat.of().formatHex(GET.getBytes()));
        assertThat(proxy.exchanges.next().request()).isEqualTo(GET);
        client.expect("0500").expect(SocksClient.GRANTED);
    }

    @Test
    void passesABodyOn() throws Exception {
        SocksClient client = start(OPEN);
        client.write(POST + "he");
        assertThat(proxy.exchanges.isAsked()).isFalse();
        client.write("llo");
        assertThat(proxy.exchanges.next().request()).isEqualTo(POST + "hello");
    }

    @Test
    void ignoresASecondRequestOnTheConnection() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET + GET);
        Exchange exchange = proxy.exchanges.next();
        assertThat(exchange.request()).isEqualTo(GET);
        client.write(GET.repeat(100));
        exchange.answer(ANSWER);
        assertThat(client.readAll()).asString().isEqualTo(ANSWER);
        assertThat(proxy.exchanges.isAsked()).isFalse();
        assertThat(proxy.server.statistics().exchanges()).isEqualTo(1);
    }

    @Test
    void passesOnWhatJustFits() throws Exception {
        SocksClient client = start(OPEN);
        String request = filled(HttpTunnel.MAX_REQUEST_BYTES);
        client.write(request);
        assertThat(proxy.exchanges.next().request()).isEqualTo(request);
    }

    @Test
    void closesOnAHeadThatIsTooLong() throws Exception {
        SocksClient client = start(OPEN);
        client.write(filled(HttpTunnel.MAX_REQUEST_BYTES + 1)).expectEnd();
        assertRefused(Socks5Refusal.HTTP_TOO_LONG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1600", "99999999999", "-1", "five"})
    void closesOnABodyThatIsTooLong(String length) throws Exception {
        SocksClient client = start(OPEN);
        client.write("POST / HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n")
                .expectEnd();
        assertRefused(Socks5Refusal.HTTP_TOO_LONG);
    }

    private static String filled(int bytes) {
        String front = "GET /";
        String end = " HTTP/1.1\r\n\r\n";
        return front + "x".repeat(bytes - front.length() - end.length()) + end;
    }

    /** A TLS hello, a BitTorrent handshake, SSH, a method that is none, a body of unknown length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "16030100c8010000c40303",
                "13426974546f7272656e742070726f746f636f6c0000000000000000",
                "5353482d322e302d4f70656e5353480d0a",
                "204745540d0a",
                "4c4f4e474d4554484f4420",
                "504f5354202f20485454502f312e310d0a5472616e736665722d456e636f64696e673a206368756e6b65640d0a0d0a",
            })
    void closesOnWhatIsNoPlainHttp(String hex) throws Exception {
        SocksClient client = start(OPEN);
        client.send(hex).expectEnd();
        assertRefused(Socks5Refusal.NOT_HTTP);
        assertThat(proxy.exchanges.isAsked()).isFalse();
    }

    @Test
    void closesOnAClientThatEndsBeforeItsRequestDoes() throws Exception {
        SocksClient client = start(OPEN);
        client.write("GET / HTTP/1.1\r\n").finishSending();
        client.expectEnd();
        assertRefused(Socks5Refusal.NOT_HTTP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HTTP/1.1\r\n"})
    void closesOnAClientThatWaits(String begun) throws Exception {
        SocksClient client = start(OPEN.withNegotiationLimit(SHORT));
        client.write(begun).expectEnd();
        assertRefused(Socks5Refusal.NEGOTIATION_TIMEOUT);
    }

    @Test
    void givesTheExchangeAllTheTimeItTakes() throws Exception {
        SocksClient client = start(OPEN.withNegotiationLimit(SHORT));
        client.write(GET);
        Exchange exchange = proxy.exchanges.next();
        try (SocksClient late = proxy.connect()) {
            late.expectOrderlyEnd();
        }
        exchange.answer(ANSWER);
        assertThat(client.readAll()).asString().isEqualTo(ANSWER);
    }

    @Test
    void closesWhenTheExchangeFails() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET);
        Exchange exchange = proxy.exchanges.next();
        exchange.fail("nobody answers");
        client.expectEnd();
        assertRefused(Socks5Refusal.HTTP_FAILED);
        assertThat(exchange.isCancelled()).isFalse();
    }

    @Test
    void answersAndFailsAlsoBeforeTheAskingReturns() throws Exception {
        SocksClient client = start(OPEN);
        proxy.exchanges.answerAtOnce(ANSWER);
        client.write(GET);
        assertThat(client.readAll()).asString().isEqualTo(ANSWER);
        client.close();
        proxy.exchanges.answerAtOnce(null);
        proxy.exchanges.failAtOnce("nobody is there");
        try (SocksClient other = proxy.connect().greet().connectTo("tracker.example")) {
            other.write(GET).expectEnd();
        }
        assertRefused(Socks5Refusal.HTTP_FAILED);
        assertThat(proxy.exchanges.next().isCancelled()).isFalse();
        assertThat(proxy.exchanges.next().isCancelled()).isFalse();
    }

    @Test
    void cancelsTheExchangeOfAClientThatIsReset() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET);
        Exchange exchange = proxy.exchanges.next();
        client.reset();
        eventually(() -> assertThat(exchange.isCancelled()).isTrue());
        assertAllIsGone();
        exchange.answer(ANSWER);
        assertThat(proxy.server.statistics().refusals()).isEmpty();
    }

    @Test
    void answersAClientThatHasFinishedSending() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET).finishSending();
        Exchange exchange = proxy.exchanges.next();
        exchange.answer(ANSWER);
        assertThat(client.readAll()).asString().isEqualTo(ANSWER);
        assertAllIsGone();
    }

    @Test
    void bringsALargeAnswerToAClientThatReadsLate() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET + "and more");
        byte[] answer = new byte[16 << 20];
        proxy.exchanges.next().answer(answer);
        try (SocksClient other = proxy.connect()) {
            other.greet().associate();
        }
        assertThat(client.readAll()).isEqualTo(answer);
    }

    @Test
    void leavesAClientThatDoesNotReadItsAnswer() throws Exception {
        SocksClient client = start(OPEN.withIdleLimit(SHORT));
        client.write(GET);
        proxy.exchanges.next().answer(new byte[32 << 20]);
        assertAllIsGone();
        client.close();
    }

    @Test
    void keepsExchangesOfDifferentUsersApart() throws Exception {
        proxy = new ProxyFixture(
                OPEN.withCredentials(Socks5Credentials.of("user", "password")).withIsolateByUser(true));
        SocksClient client = proxy.connect();
        client.logIn("one", "password")
                .expect("0100")
                .connectTo("tracker.example")
                .write(GET);
        assertThat(proxy.exchanges.next().isolationKey()).isEqualTo("one");
    }

    @Test
    void cancelsExchangesWhenItCloses() throws Exception {
        SocksClient client = start(OPEN);
        client.write(GET);
        Exchange exchange = proxy.exchanges.next();
        proxy.close();
        client.expectEnd();
        assertThat(exchange.isCancelled()).isTrue();
    }
}
