package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.node.NodeRole;
import picocli.CommandLine.TypeConversionException;

class OptionTypesTest {
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", "127.0.0.1:1024", "255.255.255.255:65535", "[::1]:6421", "[fe80::1]:0"})
    void readsAnAddressAndWritesItTheSameWay(String text) {
        InetSocketAddress endpoint = new OptionTypes.ListenEndpoint().convert(text);
        String written = Endpoints.text(endpoint);
        assertThat(new OptionTypes.ListenEndpoint().convert(written)).isEqualTo(endpoint);
        assertThat(endpoint.isUnresolved()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "1.2.3.4",
                "1.2.3.4:",
                "1.2.3.4:x",
                "1.2.3.4:-1",
                "1.2.3:5000",
                "01.2.3.999:5000",
                "0x7f.0.0.1:5000",
                "2130706433:5000",
                "localhost:5000",
                "face:5000",
                "[::1:5000",
                "::1]:5000",
                "[zz::1]:5000",
                "[1:2:3]:5000",
                "[fe80::1%lo]:5000"
            })
    void refusesWhatIsNoAddressInNumbersWithoutLookingItUp(String text) {
        assertThatThrownBy(() -> new OptionTypes.ListenEndpoint().convert(text))
                .isInstanceOf(TypeConversionException.class);
    }

    @Test
    void knowsEveryRoleByItsNameWithDashes() {
        OptionTypes.Role role = new OptionTypes.Role();
        assertThat(role.convert("relay")).isEqualTo(NodeRole.RELAY);
        assertThat(role.convert("exit-bt")).isEqualTo(NodeRole.EXIT_BT);
        assertThat(role.convert("exit-ipv8")).isEqualTo(NodeRole.EXIT_IPV8);
        assertThat(role.convert("speed-test")).isEqualTo(NodeRole.SPEED_TEST);
        assertThat(role.convert("bootstrap")).isEqualTo(NodeRole.BOOTSTRAP);
        assertThatThrownBy(() -> role.convert("EXIT_BT")).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void readsACommunityInEitherCase() {
        String hex = "A3591a6bd89bbaca0974062a1287afcfbc6fd6bc";
        assertThat(new OptionTypes.CommunityHex().convert(hex)).isEqualTo("a3591a6bd89bbaca0974062a1287afcfbc6fd6bc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "80,443", "1024-65535,80"})
    void readsPorts(String text) {
        assertThat(new OptionTypes.Ports().convert(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "80-", "65536", "http"})
    void saysWhatPortsLookLike(String text) {
        assertThatThrownBy(() -> new OptionTypes.Ports().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("must be ports from 1 to 65535 such as 80,1024-65535, not '" + text + "'");
    }

    @Test
    void readsDeniedTargetsOfBothFamilies() {
        OptionTypes.Denied denied = new OptionTypes.Denied();

        assertThat(denied.convert("203.0.113.0/24:25,465").ports()).hasToString("25,465");
        assertThat(denied.convert("2001:db8::/32").block().prefixBits()).isEqualTo(32);
        assertThat(denied.convert("[2001:db8::/32]:80").ports()).hasToString("80");
        assertThatThrownBy(() -> denied.convert("mail.example:25"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("not 'mail.example:25'");
    }

    @ParameterizedTest
    @CsvSource({"1B, 1", "100GiB, 107374182400", "500MB, 500000000", "1.5TB, 1500000000000", "0.5 KiB, 512", "2kB, 2000"
    })
    void readsAmountsOfBytes(String text, long bytes) {
        assertThat(new OptionTypes.Bytes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0B", "-1GB", "1PB", "1GiB/s", "999999999TiB", "1e3B", "8Mbit", "0.0001B"})
    void saysWhatAnAmountLooksLike(String text) {
        assertThatThrownBy(() -> new OptionTypes.Bytes().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("must be an amount of bytes above 0 such as 100GiB or 500MB, not '" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"5MiB/s, 5242880", "800kB/s, 800000", "20Mbit/s, 2500000", "1KiB/s, 1024", "1.5MB/s, 1500000"})
    void readsRates(String text, long bytes) {
        assertThat(new OptionTypes.BytesPerSecond().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/s", "5MiB", "5/s", "1000B/s", "5Mb/s", "5MiB/min", "8kbit/s", "unlimited"})
    void saysWhatARateLooksLike(String text) {
        assertThatThrownBy(() -> new OptionTypes.BytesPerSecond().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage(
                        "must be a rate of at least 1KiB/s such as 5MiB/s, 800kB/s or 20Mbit/s, not '" + text + "'");
    }

    @Test
    void aRuleAboutHopsIsTakenAsItIsOrRefusedWithWhatWouldBeOne() {
        OptionTypes.HopRule type = new OptionTypes.HopRule();
        for (String rule : List.of("192.0.2.0/24", "2001:db8::1", "00112233445566778899aabbccddeeff00112233")) {
            assertThat(type.convert(rule)).isEqualTo(rule);
        }

        assertThatThrownBy(() -> type.convert("example.org"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("192.0.2.0/24");
    }

    @Test
    void aConsentLastsForSecondsMinutesOrHoursAndADayAtMost() throws Exception {
        OptionTypes.LeaseDuration type = new OptionTypes.LeaseDuration();
        assertThat(type.convert("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(type.convert("30m")).isEqualTo(Duration.ofMinutes(30));
        assertThat(type.convert("24h")).isEqualTo(Duration.ofDays(1));

        for (String text : List.of("0s", "25h", "1441m", "1", "1d", "-1h", "1.5h", "forever")) {
            assertThatThrownBy(() -> type.convert(text))
                    .as(text)
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessageContaining("24h at most");
        }
    }
}
