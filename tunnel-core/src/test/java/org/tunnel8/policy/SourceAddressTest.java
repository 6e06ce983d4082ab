package org.tunnel8.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceAddressTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,   192.0.2.1, 0:0:0:0:0:0:0:0",
        "0.0.0.0,     0.0.0.0,   0:0:0:0:0:0:0:0",
        "127.80.2.1,  127.80.2.1, 0:0:0:0:0:0:0:1",
        "2001:db8::1, 0.0.0.0,   2001:db8:0:0:0:0:0:1",
        "::1,         127.0.0.1, 0:0:0:0:0:0:0:1",
    })
    void keepsToItsAddressAndToItsHost(String configured, String ipv4, String ipv6) throws UnknownHostException {
        InetAddress address = InetAddress.getByName(configured);

        assertThat(SourceAddress.ofFamily(address, false).getHostAddress()).isEqualTo(ipv4);
        assertThat(SourceAddress.ofFamily(address, true).getHostAddress()).isEqualTo(ipv6);
    }
}
