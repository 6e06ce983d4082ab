package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;

class HttpQuestionTest {
    private static HttpQuestion get(String uri) {
        return HttpQuestion.get(URI.create(uri));
    }

    private static String text(HttpQuestion question) {
        return new String(question.request().toBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void writesTheSameHeadersForEverybodyAndLeavesTheQueryAsItIs() {
        HttpQuestion question = get("http://tracker.example:6969/announce?info_hash=%01%fF&left=0#part");
        assertThat(text(question))
                .isEqualTo("GET /announce?info_hash=%01%fF&left=0 HTTP/1.1\r\n"
                        + "Host: tracker.example:6969\r\n"
                        + "User-Agent: Tunnel8\r\n"
                        + "Connection: close\r\n\r\n");
        assertThat(question.target()).isEqualTo(new HostAddress("tracker.example", 6_969));
    }

    @Test
    void takesNumericHostsAndTheDefaultPort() {
        assertThat(get("HTTP://203.0.113.5").target()).isEqualTo(Address.parse("203.0.113.5", 80));
        assertThat(text(get("http://203.0.113.5"))).startsWith("GET / HTTP/1.1\r\nHost: 203.0.113.5\r\n");
        HttpQuestion ipv6 = get("http://[2001:db8::1]:81/a");
        assertThat(ipv6.target()).isEqualTo(Address.parse("2001:db8::1", 81));
        assertThat(text(ipv6)).contains("Host: [2001:db8::1]:81\r\n");
    }

    @Test
    void encodesWhatIsNotAscii() {
        assertThat(text(get("http://t.example/ä"))).startsWith("GET /%C3%A4 HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://t.example/",
                "udp://t.example:80",
                "/announce",
                "http:///announce",
                "http://user:word@t.example/",
                "http://t.example:0/",
                "http://t.example:65536/",
                "http:opaque"
            })
    void refusesWhatNoExitCanPerform(String uri) {
        assertThatThrownBy(() -> get(uri)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatDoesNotFitIntoACell() {
        assertThatThrownBy(() -> get("http://t.example/" + "a".repeat(1_600)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1600");
        assertThatThrownBy(() -> get("http://" + "a".repeat(256) + ".example/"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
