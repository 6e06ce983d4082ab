package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/** Whom an application lets into its circuits. */
class HopRulesTest {
    private final SplittableRandom random = new SplittableRandom(9);
    private final PublicKey key = IdentityKey.generate(random).publicKey();
    private final PublicKey other = IdentityKey.generate(random).publicKey();

    private static InetSocketAddress at(String host) {
        return ((IpAddress) Address.parse(host, 7_000)).endpoint();
    }

    @Test
    void withoutRulesEverybodyMay() {
        assertThat(HopRules.NONE.permits(key, null)).isTrue();
    }

    @Test
    void aKeyIsDeniedByItsMidOrByItself() {
        String mid = key.mid().toHex();
        String whole = HexFormat.of().formatHex(key.toBytes());
        for (String rule : List.of(mid, whole, mid.toUpperCase(java.util.Locale.ROOT))) {
            HopRules rules = HopRules.parse(List.of(), List.of(rule));
            assertThat(rules.permits(key, at("192.0.2.1"))).isFalse();
            assertThat(rules.permits(other, null)).isTrue();
        }
    }

    @Test
    void aBlockIsDeniedAndSoIsWhoseAddressNobodyKnows() {
        HopRules rules = HopRules.parse(List.of(), List.of("192.0.2.0/24"));

        assertThat(rules.permits(key, at("192.0.2.77"))).isFalse();
        assertThat(rules.permits(key, at("192.0.3.77"))).isTrue();
        assertThat(rules.permits(key, null)).isFalse();
    }

    @Test
    void whereSomeAreAllowedNobodyElseMayAndTheDeniedOfThemMayNot() {
        HopRules rules = HopRules.parse(List.of("192.0.2.0/24", other.mid().toHex()), List.of("192.0.2.9"));

        assertThat(rules.permits(key, at("192.0.2.1"))).isTrue();
        assertThat(rules.permits(key, at("192.0.2.9"))).isFalse();
        assertThat(rules.permits(key, at("198.51.100.1"))).isFalse();
        assertThat(rules.permits(other, at("198.51.100.1"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.org", "192.0.2.0/33", "00112233445566778899aabbccddeeff0011223g"})
    void whatIsNoRuleIsRefusedWithWhatWouldBe(String text) {
        assertThatThrownBy(() -> HopRules.Rule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.0.2.0/24");
    }
}
