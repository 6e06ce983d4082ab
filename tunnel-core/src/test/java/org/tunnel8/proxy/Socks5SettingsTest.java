package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Socks5SettingsTest {
    private static final Socks5Credentials CREDENTIALS = Socks5Credentials.of("user", "secret-password");

    private final Socks5Settings defaults = Socks5Settings.defaults();

    @Test
    void listensOnLoopbackWithoutCredentialsByDefault() {
        assertThat(defaults.listen()).isEqualTo(new InetSocketAddress("127.0.0.1", 0));
        assertThat(defaults.credentials()).isNull();
        assertThat(defaults.isolateByUser()).isFalse();
        assertThat(defaults.negotiationLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(defaults.idleLimit()).isEqualTo(Duration.ofMinutes(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"})
    void refusesToServeStrangersWithoutCredentials(String address) throws Exception {
        InetSocketAddress listen = new InetSocketAddress(InetAddress.getByName(address), 1080);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withListen(listen))
                .withMessageContaining("set a user name and password, or listen on loopback");
        assertThatCode(() -> defaults.withCredentials(CREDENTIALS).withListen(listen))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1"})
    void servesLoopbackWithoutCredentials(String address) throws Exception {
        InetSocketAddress listen = new InetSocketAddress(InetAddress.getByName(address), 1080);
        assertThat(defaults.withListen(listen).listen()).isEqualTo(listen);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withListen(InetSocketAddress.createUnresolved("localhost", 1080)));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withIsolateByUser(true));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withLimits(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withLimits(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withNegotiationLimit(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> defaults.withIdleLimit(Duration.ZERO));
    }

    @Test
    void showsNoPassword() {
        assertThat(defaults.withCredentials(CREDENTIALS).toString()).doesNotContain("secret-password");
    }

    @Test
    void comparesBothPartsWhole() {
        assertThat(CREDENTIALS.accepts(utf8("user"), utf8("secret-password"))).isTrue();
        assertThat(CREDENTIALS.accepts(utf8("user"), utf8("secret-passwor"))).isFalse();
        assertThat(CREDENTIALS.accepts(utf8("user"), utf8("secret-password "))).isFalse();
        assertThat(CREDENTIALS.accepts(utf8("User"), utf8("secret-password"))).isFalse();
        assertThat(CREDENTIALS.accepts(utf8(""), utf8("secret-password"))).isFalse();
        assertThat(CREDENTIALS.accepts(utf8("user"), utf8(""))).isFalse();
    }

    @Test
    void takesCredentialsThatTheProtocolCanCarry() {
        assertThatCode(() -> Socks5Credentials.of("u".repeat(255), "p".repeat(255)))
                .doesNotThrowAnyException();
        assertThatIllegalArgumentException().isThrownBy(() -> Socks5Credentials.of("", "p"));
        assertThatIllegalArgumentException().isThrownBy(() -> Socks5Credentials.of("u", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> Socks5Credentials.of("ü".repeat(128), "p"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Socks5Credentials.of("u", "p".repeat(256)))
                .withMessageContaining("password")
                .withMessageNotContaining("ppp");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
