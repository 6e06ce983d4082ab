package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkMessageId;

/** Who becomes the middle hop where the first one offers nobody in another network (FR-018b). */
class MiddleHopsInVirtualTimeTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noNetworkIsTwiceInACircuitWhereWeKnowSomebodyElsewhere(long seed) {
        VirtualNetwork network = new VirtualNetwork(seed).signatures(SignatureMode.REPLACED);
        EngineNode bootstrap = EngineNode.bootstrap(network, "6.0.0.1:6421");
        List<EngineNode> near = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> EngineNode.server(network, "5.1.0." + i + ":7001", PeerFlags.RELAY, bootstrap))
                .toList();
        EngineNode elsewhere = EngineNode.server(network, "5.2.0.1:7001", PeerFlags.RELAY, bootstrap);
        for (int i = 3; i <= 5; i++) {
            EngineNode.server(network, "5." + i + ".0.1:7001", PeerFlags.EXIT_BT, bootstrap);
        }
        // Nobody but the client gets to know the one elsewhere.
        network.lose(passage -> isWalk(passage)
                && (passage.from().equals(elsewhere.address()) || passage.to().equals(elsewhere.address()))
                && !passage.from().equals(bootstrap.address())
                && !passage.to().equals(bootstrap.address())
                && !passage.from().getAddress().getHostAddress().equals("7.0.0.1")
                && !passage.to().getAddress().getHostAddress().equals("7.0.0.1"));
        network.runFor(Duration.ofSeconds(30));
        EngineNode client = EngineNode.client(network, "7.0.0.1:7001", CircuitSettings.of(3, 2, 7), bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofMinutes(2)))
                .isTrue();

        List<Circuit> fromNear = client.circuits().circuits().stream()
                .filter(circuit -> near.stream().anyMatch(each -> isHop(each, circuit, 0)))
                .toList();
        assertThat(fromNear).isNotEmpty().allMatch(circuit -> isHop(elsewhere, circuit, 1));
    }

    private static boolean isHop(EngineNode node, Circuit circuit, int index) {
        return node.identity().publicKey().equals(circuit.hopKeys().get(index));
    }

    private static boolean isWalk(Passage passage) {
        return CommunityId.TRIBLER.matchesPrefix(passage.bytes(), 0, passage.bytes().length)
                && WalkMessageId.isWalk(passage.messageId());
    }
}
