package org.tunnel8.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/** Ports that an exit sends to, and targets that its operator denies. */
class TargetRulesTest {
    private static InetSocketAddress at(String host, int port) {
        return ((IpAddress) Address.parse(host, port)).endpoint();
    }

    private static TargetPolicy denying(String... denied) {
        return new TargetPolicy(
                List.of(),
                new TargetRules(
                        List.of(Cidr.parse("10.0.0.0/8")),
                        PortSet.ALL,
                        List.of(denied).stream().map(DeniedTargets::parse).toList()));
    }

    private static TargetPolicy ports(String ports) {
        return new TargetPolicy(
                List.of(), new TargetRules(List.of(Cidr.parse("10.0.0.0/8")), PortSet.parse(ports), List.of()));
    }

    @Test
    void withoutRulesEveryPortOfAPublicAddressIsATarget() {
        TargetPolicy policy = new TargetPolicy(List.of(), TargetRules.NONE);

        assertThat(policy.allows(at("8.8.8.8", 1))).isTrue();
        assertThat(policy.allows(at("8.8.8.8", 65_535))).isTrue();
        assertThat(policy.allows(at("10.0.0.1", 80))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"79, false", "80, true", "81, false", "1023, false", "1024, true", "65535, true"})
    void onlyTheListedPortsAreTargets(int port, boolean allowed) {
        TargetPolicy policy = ports("1024-65535,80");

        assertThat(policy.allows(at("8.8.8.8", port))).isEqualTo(allowed);
        assertThat(policy.allows(at("10.1.2.3", port)))
                .as("in an allowed block")
                .isEqualTo(allowed);
    }

    @Test
    void listedPortsDoNotOpenWhatIsClosed() {
        assertThat(ports("80").allows(at("192.168.1.1", 80))).isFalse();
    }

    @Test
    void aDeniedBlockIsNoTargetEvenWithinAnAllowedOne() {
        TargetPolicy policy = denying("10.9.0.0/16", "203.0.113.0/24");

        assertThat(policy.allows(at("10.8.0.1", 80))).isTrue();
        assertThat(policy.allows(at("10.9.0.1", 80))).isFalse();
        assertThat(policy.allows(at("203.0.113.7", 6_881))).isFalse();
        assertThat(policy.allows(at("203.0.114.7", 6_881))).isTrue();
    }

    @Test
    void aDeniedBlockOnPortsIsATargetOnOthers() {
        TargetPolicy policy = denying("0.0.0.0/0:25,465-587", "[2001:db8::/32]:80", "2001:db9::/32");

        assertThat(policy.allows(at("8.8.8.8", 25))).isFalse();
        assertThat(policy.allows(at("8.8.8.8", 500))).isFalse();
        assertThat(policy.allows(at("8.8.8.8", 26))).isTrue();
        assertThat(policy.allows(at("2001:db8::1", 80))).isFalse();
        assertThat(policy.allows(at("2001:db8::1", 81))).isTrue();
        assertThat(policy.allows(at("2001:db9::1", 81))).isFalse();
        assertThat(policy.allows(at("2a00::1", 25)))
                .as("an IPv4 block says nothing of IPv6")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"64:ff9b::203.0.113.7", "2002:cb00:7107::1"})
    void anIpv6AddressThatCarriesADeniedIpv4OneIsDenied(String host) {
        assertThat(denying("203.0.113.0/24").allows(at(host, 80))).isFalse();
        assertThat(denying("203.0.112.0/24").allows(at(host, 80))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "80,", "0", "65536", "-1", "80-", "-80", "90-80", "x", "80;81", " 80"})
    void refusesWhatIsNoListOfPorts(String text) {
        assertThatThrownBy(() -> PortSet.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not a list of ports");
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "1-65535", "80,443,1024-65535"})
    void writesAListOfPortsAsItWasRead(String text) {
        assertThat(PortSet.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.0/8:", "10.0.0.0/8:0", "[2001:db8::/32", "[2001:db8::/32]80", "example.org:80", ":80"
            })
    void refusesWhatIsNoTarget(String text) {
        assertThatThrownBy(() -> DeniedTargets.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
