package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.walk.PeerFlags;

/** Hops with which a circuit could not be built are not tried again while there are others. */
class TriedHopsInVirtualTimeTest {
    private static final int EXITS = 8;

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass())).signatures(SignatureMode.REPLACED);
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final Map<InetSocketAddress, EngineNode> relays = new HashMap<>();
    private final Set<InetSocketAddress> asked = new HashSet<>();

    /** A first hop that has passed on the client's extend ends the circuit before the exit's answer has come back. */
    private boolean destroyWhatIsExtended(EngineNode client) {
        boolean any = false;
        for (Passage passage : List.copyOf(network.passages())) {
            EngineNode relay = relays.get(passage.from());
            boolean isCreate = passage.messageId() == CellMessageId.CELL && CellFrame.plaintext(passage.bytes(), 0);
            if (relay != null && isCreate && !passage.to().equals(client.address())) {
                assertThat(client.circuits().circuits()).hasSize(1);
                int id = client.circuits().circuits().get(0).id();
                asked.add(passage.to());
                network.send(
                        relay.address(),
                        client.address(),
                        DestroyCodec.encode(CommunityId.TRIBLER, id, 0, relay.identity()));
                any = true;
            }
        }
        network.forgetPassages();
        return any;
    }

    @Test
    void theHopThatWasBeingAddedWhenTheFirstOneEndedTheCircuitIsNotAskedAgainWhileThereAreOthers() {
        for (int i = 1; i <= EXITS; i++) {
            EngineNode relay = EngineNode.server(network, "5." + i + ".0.1:7001", PeerFlags.RELAY, bootstrap);
            relays.put(relay.address(), relay);
            EngineNode.server(network, "5." + (100 + i) + ".0.1:7001", PeerFlags.EXIT_BT, bootstrap);
        }
        network.runFor(Duration.ofSeconds(30));
        // It begins when it knows them all.
        EngineNode client = EngineNode.client(network, "7.0.0.1:7001", CircuitSettings.of(2, 0, 2 * EXITS), bootstrap);
        int ended = 0;
        for (int i = 0; i < 50_000 && ended < EXITS; i++) {
            network.runFor(Duration.ofMillis(1));
            ended += destroyWhatIsExtended(client) ? 1 : 0;
        }

        assertThat(client.closed()).containsOnly(CloseReason.DESTROYED).hasSize(EXITS - 1);
        assertThat(asked).hasSize(EXITS);
    }
}
