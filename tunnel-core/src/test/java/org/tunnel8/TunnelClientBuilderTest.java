package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.transport.PortRange;

class TunnelClientBuilderTest {
    private final Set<Thread> before = OwnThreads.alive();

    private static void assertRefused(String said, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(said);
    }

    @AfterEach
    void noThreadRemains() {
        Set<Thread> after = OwnThreads.alive();
        after.removeAll(before);
        assertThat(after).as("threads of clients that were not built").isEmpty();
    }

    @Test
    void wrongValuesAreRefusedWhereTheyAreGiven() {
        TunnelClientBuilder builder = TunnelClient.builder();
        assertRefused("1 to 3 hops, not 0", () -> builder.hops(0));
        assertRefused("1 to 3 hops, not 4", () -> builder.hops(4));
        assertRefused("not 2", () -> builder.circuits(2, 1));
        assertRefused("0 to 7 standbys, not -1", () -> builder.circuits(1, -1));
        assertRefused("0 to 7 standbys, not 8", () -> builder.circuits(1, 8));
        assertRefused("at least one peer", () -> builder.minPeers(0));
        assertRefused("not on a name", () -> builder.socks5(InetSocketAddress.createUnresolved("localhost", 1080)));
        assertRefused("user name", () -> builder.socks5Credentials("", "secret"));
        assertRefused("password", () -> builder.socks5Credentials("me", "x".repeat(256)));
        assertRefused("1024", () -> builder.listen(PortRange.of(80)));
        assertRefused("hexadecimal", () -> TunnelNetwork.of("Tribler", List.of()));
    }

    @Test
    void whatIsMissingIsRefusedWhereItIsGiven() {
        TunnelClientBuilder builder = TunnelClient.builder();
        assertThatThrownBy(() -> builder.onEvent(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.network(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.bind(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aProxyForOthersNeedsCredentialsInWhateverOrder() {
        InetSocketAddress everywhere = new InetSocketAddress(0);
        assertRefused(
                "user name and password",
                () -> TunnelClient.builder().socks5(everywhere).build());
        assertRefused(
                "user name and password",
                () -> TunnelClient.builder().socks5IsolateByUser().build());

        try (TunnelClient client = TunnelClient.builder()
                .socks5(everywhere)
                .socks5IsolateByUser()
                .socks5Credentials("me", "secret")
                .build()) {
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.NEW);
        }
    }

    @Test
    void anUnknownCipherIsRefusedWithTheKnownOnes() {
        assertRefused("jdk", () -> TunnelClient.builder().layerCipher("none").build());
    }

    @Test
    void theDeployedNetworkIsTheDefaultAndNamesItsServers() {
        TunnelNetwork network = TunnelNetwork.tribler();
        assertThat(network.bootstrap()).hasSize(20);
        assertThat(network.bootstrap().stream().filter(InetSocketAddress::isUnresolved))
                .as("names, looked up by none but the client itself (D6)")
                .hasSize(7)
                .allMatch(
                        server -> server.getHostString().matches("dispersy[1-4]\\.(tribler\\.org|st\\.tudelft\\.nl)"));
    }
}
