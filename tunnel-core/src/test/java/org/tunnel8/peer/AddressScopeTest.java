package org.tunnel8.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

class AddressScopeTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, NONE",
        "0.1.2.3, NONE",
        "224.0.0.1, NONE",
        "240.0.0.1, NONE",
        "255.255.255.255, NONE",
        "::, NONE",
        "ff02::1, NONE",
        "127.0.0.1, LOOPBACK",
        "127.200.3.4, LOOPBACK",
        "::1, LOOPBACK",
        "10.1.2.3, PRIVATE",
        "172.16.0.1, PRIVATE",
        "172.32.0.1, PUBLIC",
        "192.168.1.1, PRIVATE",
        "169.254.1.1, PRIVATE",
        "100.64.0.1, PRIVATE",
        "100.127.255.255, PRIVATE",
        "100.128.0.1, PUBLIC",
        "100.63.0.1, PUBLIC",
        "fe80::1, PRIVATE",
        "fd00::1, PRIVATE",
        "2001:db8::1, PUBLIC",
        "8.8.8.8, PUBLIC",
        "198.18.0.1, PUBLIC"
    })
    void tellsHowFarAnAddressReaches(String ip, AddressScope scope) {
        assertThat(AddressScope.of(((IpAddress) Address.parse(ip, 1)).endpoint()))
                .isEqualTo(scope);
    }

    @Test
    void findsNoUseInPortZero() {
        assertThat(AddressScope.of(((IpAddress) Address.parse("8.8.8.8", 0)).endpoint()))
                .isEqualTo(AddressScope.NONE);
    }

    @Test
    void seesItsOwnScopeAndWiderOnes() {
        assertThat(AddressScope.LOOPBACK.sees(AddressScope.LOOPBACK)).isTrue();
        assertThat(AddressScope.LOOPBACK.sees(AddressScope.PUBLIC)).isTrue();
        assertThat(AddressScope.PRIVATE.sees(AddressScope.PUBLIC)).isTrue();
        assertThat(AddressScope.PRIVATE.sees(AddressScope.LOOPBACK)).isFalse();
        assertThat(AddressScope.PUBLIC.sees(AddressScope.PRIVATE)).isFalse();
        assertThat(AddressScope.PUBLIC.sees(AddressScope.NONE)).isFalse();
    }
}
