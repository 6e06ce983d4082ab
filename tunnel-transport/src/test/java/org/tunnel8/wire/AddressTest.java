package org.tunnel8.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "::,0:0:0:0:0:0:0:0",
        "1::,1:0:0:0:0:0:0:0",
        "::8,0:0:0:0:0:0:0:8",
        "1:2::7:8,1:2:0:0:0:0:7:8",
        "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8,0:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8,1:2:3:4:5:6:7:8",
        "FE80::aB,fe80:0:0:0:0:0:0:ab",
        "0001:02::,1:2:0:0:0:0:0:0",
        "::1.2.3.4,0:0:0:0:0:0:102:304",
        "1:2:3:4:5:6:1.2.3.4,1:2:3:4:5:6:102:304"
    })
    void readsIpv6Texts(String text, String full) {
        assertThat(Address.parse(text, 9)).hasToString("[" + full + "]:9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1:",
                ":1",
                "1:2",
                "1::2::3",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::12345",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "::1.2.3.4:5",
                "fe80::1%eth0",
                "::g",
                "::\uff11",
                "1.2.3.4.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.-4",
                "+1.2.3.4",
                "00.0.0.0",
                "1.2.3.4 ",
                "0x1.2.3.4",
                "\u0661.2.3.4",
                "[::1]"
            })
    void takesEverythingElseForAHostName(String text) {
        assertThat(Address.parse(text, 9)).isEqualTo(new HostAddress(text, 9));
    }

    @ParameterizedTest
    @CsvSource({
        "1,0.0.0.1",
        "0x7f.1,127.0.0.1",
        "017.0.65535,15.0.255.255",
        "4294967295,255.255.255.255",
        "1.2.3.4 and more,1.2.3.4",
        "0,0.0.0.0"
    })
    void readsLenientIpv4Texts(String text, String dotted) {
        assertThat(IpAddress.parseLenientIpv4(text, 1)).isEqualTo(Address.parse(dotted, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "08.1.1.1",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.65536",
                "4294967296",
                "1.",
                ".1",
                "0x",
                "1,2",
                "99999999999999999999"
            })
    void refusesWhatIsNotEvenLenientlyIpv4(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parseLenientIpv4(text, 1));
    }

    @Test
    void keepsMappedIpv4AsIpv6() throws Exception {
        IpAddress mapped = (IpAddress) Address.parse("::ffff:1.2.3.4", 5);
        byte[] encoded = AddressCodec.encode(mapped);

        assertThat(mapped.address()).isInstanceOf(Inet6Address.class);
        assertThat(encoded).hasSize(AddressCodec.TYPED_IPV6_BYTES);
        assertThat(new WireReader(encoded, 0, encoded.length).ipAddress()).isEqualTo(mapped);
        assertThat(mapped).isNotEqualTo(Address.parse("1.2.3.4", 5));
    }

    @Test
    void refusesWhatCannotBeSent() {
        assertThatIllegalArgumentException().isThrownBy(() -> new HostAddress("x".repeat(0x10000), 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new HostAddress("\ud800", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new HostAddress("a", 0x10000));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IpAddress(InetSocketAddress.createUnresolved("a", 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WireWriter(100).ipv4((IpAddress) Address.parse("::1", 1)));
    }

    @Test
    void knowsTheUnspecifiedAddress() {
        assertThat(IpAddress.UNSPECIFIED.isUnspecified()).isTrue();
        assertThat(((IpAddress) Address.parse("0.0.0.0", 1)).isUnspecified()).isFalse();
        assertThat(((IpAddress) Address.parse("::", 0)).isUnspecified()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "t\u00fcst.example",
                "\u4f8b\u3048.jp",
                "\ud83d\ude00.example",
                "a\u0000b",
                "\u07ff\u0800\uffff"
            })
    void carriesEveryHostNameThereAndBack(String host) throws Exception {
        byte[] encoded = AddressCodec.encode(new HostAddress(host, 80));

        assertThat(encoded).hasSize(AddressCodec.encodedBytes(new HostAddress(host, 80)));
        assertThat(new WireReader(encoded, 0, encoded.length).address()).isEqualTo(new HostAddress(host, 80));
    }

    @Test
    void readsMoreEndpointsThanItRemembersRight() throws MalformedMessageException {
        byte[] field = {10, 1, 2, 3, 0, 80};
        IpAddress first = new WireReader(field, 0, 6).ipv4();

        assertThat(new WireReader(field.clone(), 0, 6).ipv4()).isSameAs(first).hasToString("10.1.2.3:80");
        for (int i = 0; i < 3 * RecentAddresses.PLACES; i++) {
            byte[] other = {10, 1, (byte) (i >> 8), (byte) i, (byte) (i >> 4), 81};
            IpAddress read = new WireReader(other, 0, 6).ipv4();
            assertThat(read.address().getAddress()).containsExactly(10, 1, (byte) (i >> 8), (byte) i);
            assertThat(read.port()).isEqualTo(((i >> 4) & 0xff) << 8 | 81);
        }
        assertThat(new WireReader(field, 0, 6).ipv4()).isEqualTo(first);
    }
}
