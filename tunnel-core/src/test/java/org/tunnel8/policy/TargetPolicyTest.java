package org.tunnel8.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

class TargetPolicyTest {
    private static InetAddress ip(String literal) {
        return ((IpAddress) Address.parse(literal, 0)).endpoint().getAddress();
    }

    private static InetSocketAddress at(String literal) {
        return new InetSocketAddress(ip(literal), 6_881);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, UNSPECIFIED",
        "0.1.2.3, UNSPECIFIED",
        "9.255.255.255, PUBLIC",
        "10.0.0.0, PRIVATE",
        "10.255.255.255, PRIVATE",
        "11.0.0.0, PUBLIC",
        "100.63.255.255, PUBLIC",
        "100.64.0.0, SHARED",
        "100.127.255.255, SHARED",
        "100.128.0.0, PUBLIC",
        "127.0.0.1, LOOPBACK",
        "127.255.255.255, LOOPBACK",
        "169.253.255.255, PUBLIC",
        "169.254.169.254, LINK_LOCAL",
        "172.15.255.255, PUBLIC",
        "172.16.0.0, PRIVATE",
        "172.31.255.255, PRIVATE",
        "172.32.0.0, PUBLIC",
        "192.0.0.8, RESERVED",
        "192.0.2.1, PUBLIC",
        "192.167.255.255, PUBLIC",
        "192.168.0.1, PRIVATE",
        "198.17.255.255, PUBLIC",
        "198.18.0.0, BENCHMARKING",
        "198.19.255.255, BENCHMARKING",
        "198.20.0.0, PUBLIC",
        "223.255.255.255, PUBLIC",
        "224.0.0.1, MULTICAST",
        "239.255.255.255, MULTICAST",
        "240.0.0.0, RESERVED",
        "255.255.255.255, RESERVED",
        "::, UNSPECIFIED",
        "::1, LOOPBACK",
        "::2, PUBLIC",
        "::ffff:127.0.0.1, LOOPBACK",
        "::ffff:8.8.8.8, PUBLIC",
        "64:ff9b::10.0.0.1, PRIVATE",
        "2002:7f00:1::, LOOPBACK",
        "2001:2::1, BENCHMARKING",
        "2001:4860:4860::8888, PUBLIC",
        "fc00::1, PRIVATE",
        "fdff::1, PRIVATE",
        "fe80::1, LINK_LOCAL",
        "fec0::1, PRIVATE",
        "ff02::1, MULTICAST"
    })
    void sortsAddressesByWhatTheyAreFor(String address, AddressClass expected) {
        assertThat(AddressClass.of(ip(address))).isEqualTo(expected);
    }

    @Test
    void aPublicExitSendsToPublicTargetsOnly() {
        TargetPolicy policy = new TargetPolicy(List.of(ip("5.6.7.8")), List.of());

        assertThat(policy.allows(at("93.184.216.34"))).isTrue();
        assertThat(policy.allows(at("2001:4860:4860::8888"))).isTrue();
        for (String refused : List.of(
                "0.0.0.0",
                "127.0.0.1",
                "10.1.2.3",
                "169.254.1.1",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fc00::1",
                "fe80::1",
                "ff02::1",
                "::ffff:127.0.0.1")) {
            assertThat(policy.allows(at(refused))).as(refused).isFalse();
        }
    }

    @Test
    void anExitOnLoopbackSendsToLoopbackToo() {
        TargetPolicy policy = new TargetPolicy(List.of(ip("127.80.2.1")), List.of());

        assertThat(policy.allows(at("127.0.0.1"))).isTrue();
        assertThat(policy.allows(at("10.0.0.1"))).isFalse();
    }

    @Test
    void anUnspecifiedOwnAddressWidensNothing() {
        TargetPolicy policy = new TargetPolicy(List.of(ip("0.0.0.0")), List.of());

        assertThat(policy.allows(at("0.0.0.0"))).isFalse();
        assertThat(policy.allows(at("127.0.0.1"))).isFalse();
    }

    @Test
    void theOperatorMayAllowBlocks() {
        TargetPolicy policy = new TargetPolicy(List.of(), List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("fd00::/8")));

        assertThat(policy.allows(at("10.1.255.255"))).isTrue();
        assertThat(policy.allows(at("10.2.0.0"))).isFalse();
        assertThat(policy.allows(at("fdab::1"))).isTrue();
    }

    @Test
    void portZeroIsNoTarget() {
        TargetPolicy policy = new TargetPolicy(List.of(), List.of());

        assertThat(policy.allows(new InetSocketAddress(ip("8.8.8.8"), 0))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "fd00::/129", "example.org", "example.org/8"})
    void refusesWhatIsNoBlock(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void blocksEndAtAnyBit() {
        Cidr block = Cidr.parse("192.168.4.128/25");

        assertThat(block.contains(at("192.168.4.128"))).isTrue();
        assertThat(block.contains(at("192.168.4.255"))).isTrue();
        assertThat(block.contains(at("192.168.4.127"))).isFalse();
        assertThat(Cidr.parse("0.0.0.0/0").contains(at("8.8.8.8"))).isTrue();
        assertThat(Cidr.parse("1.2.3.4").contains(at("1.2.3.5"))).isFalse();
    }
}
