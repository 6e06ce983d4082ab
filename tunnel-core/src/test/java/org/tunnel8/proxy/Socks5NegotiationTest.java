package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.wire.HostAddress;

/** What clients say on TCP before datagrams flow, byte by byte. */
class Socks5NegotiationTest {
    private static final Socks5Settings OPEN = Socks5Settings.defaults();
    private static final Socks5Settings LOCKED = OPEN.withCredentials(Socks5Credentials.of("user", "pässword"));
    private static final Duration SHORT = Duration.ofMillis(150);
    private static final String REFUSED_ADDRESS = "00 01 00000000 0000";

    private ProxyFixture proxy;

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"050100", "05020200", "0503000102", "05ff" + "00"})
    void choosesNoAuthenticationWhereNoneIsAskedFor(String greeting) throws Exception {
        SocksClient client = start(OPEN);
        client.send(greeting);
        if (greeting.startsWith("05ff")) {
            client.send("01".repeat(254));
        }
        client.expect("0500").associate();
    }

    @ParameterizedTest
    @ValueSource(strings = {"050102", "05020103", "0501ff"})
    void refusesAGreetingWithoutTheMethod(String greeting) throws Exception {
        SocksClient client = start(OPEN);
        client.send(greeting).expect("05ff").expectOrderlyEnd();
        assertThat(proxy.refused(Socks5Refusal.NO_ACCEPTABLE_METHOD)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"050100", "05020001"})
    void refusesNoAuthenticationWhereCredentialsAreAskedFor(String greeting) throws Exception {
        SocksClient client = start(LOCKED);
        client.send(greeting).expect("05ff").expectOrderlyEnd();
        assertThat(proxy.tunnel.flows()).isEmpty();
    }

    @Test
    void letsInWhoKnowsUserNameAndPassword() throws Exception {
        SocksClient client = start(LOCKED);
        client.send("05020002").expect("0502");
        client.send(SocksClient.credentials("user", "pässword")).expect("0100").associate();
        assertThat(proxy.tunnel.flow(0).isolationKey()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"user,password", "user,p?ssword", "User,pässword", "'',pässword", "user,''", "'',''", "user,pässword2"})
    void keepsOutWhoDoesNot(String user, String password) throws Exception {
        SocksClient client = start(LOCKED);
        client.logIn(user, password).expect("0101").expectOrderlyEnd();
        assertThat(proxy.refused(Socks5Refusal.BAD_CREDENTIALS)).isEqualTo(1);
    }

    @Test
    void doesNotTakeOtherBytesForThoseOfTheSamePlaceInThePassword() throws Exception {
        SocksClient client = start(LOCKED);
        // As in "pässword", two bytes over 0x7f after the p, but others.
        client.send("050102").expect("0502");
        client.send("01 04 75736572 09 70 c3a5 7373776f7264").expect("0101").expectOrderlyEnd();
    }

    @Test
    void takesTheUserNameAsIsolationKeyWhereAskedTo() throws Exception {
        SocksClient first = start(LOCKED.withIsolateByUser(true));
        first.logIn("one", "pässword").expect("0100").associate();
        try (SocksClient second = proxy.connect()) {
            second.logIn("zwölf", "pässword").expect("0100").associate();
            assertThat(proxy.tunnel.flows())
                    .extracting(LoopbackTunnel.LoopbackFlow::isolationKey)
                    .containsExactly("one", "zwölf");
        }
    }

    @Test
    void isolatesNobodyWithoutThePasswordOrAName() throws Exception {
        SocksClient client = start(LOCKED.withIsolateByUser(true));
        client.logIn("one", "guess").expect("0101").expectOrderlyEnd();
        try (SocksClient nameless = proxy.connect()) {
            nameless.logIn("", "pässword").expect("0101").expectOrderlyEnd();
        }
        try (SocksClient unreadable = proxy.connect()) {
            unreadable.send("050102").expect("0502");
            unreadable.send("01 01 ff 09 70c3a47373776f7264").expect("0101").expectOrderlyEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"01 01 78", "03 0b 6578616d706c652e6f7267", "04 00000000000000000000000000000000"})
    void takesEveryAddressTypeInTheRequest(String address) throws Exception {
        SocksClient client = start(OPEN);
        String whole = address.startsWith("01") ? "01 00000000" : address;
        client.greet().send("050300" + whole + "0000");
        assertThat(client.readBound().getAddress()).isEqualTo(client.localAddress());
    }

    @Test
    void understandsMessagesThatArriveInPieces() throws Exception {
        SocksClient client = start(LOCKED);
        client.sendByteByByte("05020002").expect("0502");
        client.sendByteByByte(SocksClient.credentials("user", "pässword")).expect("0100");
        client.sendByteByByte("050300 03 0b 6578616d706c652e6f7267 0000").readBound();
    }

    @Test
    void understandsMessagesThatArriveTogether() throws Exception {
        SocksClient client = start(LOCKED);
        client.send("050102" + SocksClient.credentials("user", "pässword") + SocksClient.ASSOCIATE);
        client.expect("0502").expect("0100").readBound();
        assertThat(proxy.server.associations()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "01 00 01 01020304 0000, 01, BAD_TARGET",
        "01 00 03 0b6578616d706c652e6f7267 0000, 01, BAD_TARGET",
        "01 00 03 00 0050, 01, BAD_TARGET",
        "01 00 03 03612062 0050, 01, BAD_TARGET",
        "01 00 03 0361ff62 0050, 01, BAD_TARGET",
        "01 00 04 20010db8000000000000000000000001 0000, 01, BAD_TARGET",
        "02 00 01 01020304 0050, 07, BIND",
        "00 00 01 01020304 0050, 07, UNKNOWN_COMMAND",
        "04 00 01 01020304 0050, 07, UNKNOWN_COMMAND",
        "f0 00 03 0b6578616d706c652e6f7267 0000, 07, UNKNOWN_COMMAND",
        "03 00 00 01020304 0050, 08, UNKNOWN_ADDRESS_TYPE",
        "03 00 02 01020304 0050, 08, UNKNOWN_ADDRESS_TYPE",
        "03 00 ff 01020304 0050, 08, UNKNOWN_ADDRESS_TYPE",
        "01 00 05 01020304 0050, 08, UNKNOWN_ADDRESS_TYPE",
    })
    void answersWhatItDoesNotOfferWithItsCode(String request, String code, Socks5Refusal reason) throws Exception {
        SocksClient client = start(OPEN);
        client.greet()
                .send("05" + request)
                .expect("05" + code + REFUSED_ADDRESS)
                .expectOrderlyEnd();
        assertThat(proxy.server.statistics().refusals())
                .containsOnlyKeys(reason)
                .containsValue(1L);
        assertThat(proxy.tunnel.flows()).isEmpty();
    }

    @Test
    void answersAlsoWhoSendsOnWithoutWaiting() throws Exception {
        SocksClient client = start(OPEN);
        client.send("050100 050200 01 01020304 0050" + "47".repeat(10_000));
        client.expect("0500").expect("0507" + REFUSED_ADDRESS).expectOrderlyEnd();
    }

    @Test
    void passesOnANameThatIdnWouldNotLike() throws Exception {
        SocksClient client = start(OPEN);
        String name = "a".repeat(80) + ".Übung";
        client.greet().connectTo(name).write("GET / HTTP/1.1\r\n\r\n");
        assertThat(proxy.exchanges.next().target()).isEqualTo(new HostAddress(name, 80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "04010050010203040000",
                "00",
                "474554202f20485454502f312e310d0a0d0a",
                "160301020001000100",
                "050100 040300 01 00000000 0000",
                "050100 000000",
            })
    void closesOnWhatIsNotSocks5(String bytes) throws Exception {
        SocksClient client = start(OPEN);
        client.send(bytes);
        if (bytes.startsWith("0501")) {
            client.expect("0500");
        }
        client.expectEnd();
        eventually(() -> assertThat(proxy.refused(Socks5Refusal.NOT_SOCKS5)).isEqualTo(1));
    }

    @Test
    void closesOnAWrongVersionOfTheCredentials() throws Exception {
        SocksClient client = start(LOCKED);
        client.send("050102").expect("0502").send("05 01 75 01 70").expectEnd();
        eventually(() -> assertThat(proxy.refused(Socks5Refusal.NOT_SOCKS5)).isEqualTo(1));
    }

    @Test
    void outlivesGarbage() throws Exception {
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("Socks5NegotiationTest: -Dtunnel8.seed=" + seed);
        Random random = new Random(seed);
        proxy = new ProxyFixture(LOCKED.withNegotiationLimit(SHORT));
        for (int i = 0; i < 300; i++) {
            byte[] garbage = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(garbage);
            String hex = HexFormat.of().formatHex(garbage);
            String start = random.nextBoolean() ? "050102" : "050102" + SocksClient.credentials("user", "pässword");
            try (SocksClient client = proxy.connect()) {
                client.send(random.nextInt(4) == 0 ? hex : start + hex);
                client.finishSending();
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
            }
        }
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
        try (SocksClient client = proxy.connect()) {
            client.logIn("user", "pässword").expect("0100").associate();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "05", "0502", "050100", "050100 050300"})
    void closesOnWhoTakesTooLong(String bytes) throws Exception {
        SocksClient client = start(OPEN.withNegotiationLimit(SHORT));
        client.send(bytes);
        if (bytes.startsWith("050100")) {
            client.expect("0500");
        }
        client.expectOrderlyEnd();
        eventually(() ->
                assertThat(proxy.refused(Socks5Refusal.NEGOTIATION_TIMEOUT)).isEqualTo(1));
    }

    @Test
    void givesAnAssociationAllTheTimeItWants() throws Exception {
        SocksClient client = start(OPEN.withNegotiationLimit(SHORT));
        client.greet().associate();
        // A second connection that runs into the limit shows that the time of the first is over too.
        try (SocksClient late = proxy.connect()) {
            late.expectOrderlyEnd();
        }
        assertThat(proxy.server.associations()).isEqualTo(1);
    }

    @Test
    void doesNotWaitForeverForARefusedClientToClose() throws Exception {
        SocksClient client = start(OPEN);
        client.greet()
                .send("050200 01 01020304 0050")
                .expect("0507" + REFUSED_ADDRESS)
                .expectOrderlyEnd();
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
    }

    private SocksClient start(Socks5Settings settings) throws Exception {
        proxy = new ProxyFixture(settings);
        return proxy.connect();
    }
}
