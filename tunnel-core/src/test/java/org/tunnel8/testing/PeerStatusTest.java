package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.PeerStatus;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;
import org.tunnel8.node.TunnelNode;

/** What is told of the peer table to who watches. */
@Timeout(90)
class PeerStatusTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void peersGoByTheLabelsThatCircuitsNameTheirHopsBy() {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(3).exits(1).build()) {
            network.start().join();
            TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(2)
                    .minPeers(4)
                    .build();
            try (client) {
                assertThat(client.peers()).as("before the start").isEmpty();
                client.start().join();
                client.whenReady(LIMIT).join();

                List<PeerStatus> peers = client.peers();
                assertThat(peers).hasSize(4).allSatisfy(peer -> {
                    assertThat(peer.label()).matches("peer-[0-9a-f]{8}");
                    assertThat(peer.confirmed()).isTrue();
                    assertThat(peer.reachable()).isTrue();
                    assertThat(peer.roundTrip()).isPositive();
                    assertThat(peer.standing()).isBetween(0.0, 1.0);
                    assertThat(peer.known()).isPositive();
                    assertThat(peer.roles()).contains(PeerStatus.Role.RELAY, PeerStatus.Role.SPEED_TEST);
                });
                List<String> exits = labels(peers, PeerStatus.Role.EXIT_BT);
                assertThat(exits).hasSize(1);
                List<String> path = client.status().circuits().stream()
                        .filter(circuit -> circuit.ready())
                        .findFirst()
                        .orElseThrow()
                        .path();
                assertThat(labels(peers, PeerStatus.Role.RELAY)).containsAll(path);
                assertThat(path).endsWith(exits.get(0));
            }
            assertThat(client.peers()).as("after the end").isEmpty();

            TunnelNode relay = network.relays().get(0);
            assertThat(labels(relay.peers(), PeerStatus.Role.EXIT_HTTP)).hasSize(1);
            relay.close();
            assertThatThrownBy(relay::peers)
                    .isInstanceOfSatisfying(
                            TunnelException.class, e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CLOSED));
        }
    }

    @Test
    void unassignedFlagsAreNoRole() {
        assertThat(PeerStatus.Role.of(1 | 2 | 16 | 32_768))
                .isEqualTo(Set.of(PeerStatus.Role.RELAY, PeerStatus.Role.EXIT_BT, PeerStatus.Role.EXIT_HTTP));
        assertThat(PeerStatus.Role.of(0)).isEmpty();
    }

    private static List<String> labels(List<PeerStatus> peers, PeerStatus.Role role) {
        return peers.stream()
                .filter(peer -> peer.roles().contains(role))
                .map(PeerStatus::label)
                .toList();
    }
}
