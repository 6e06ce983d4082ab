package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.walk.PeerFlags;

/** Circuits where most hops have all they take, and ignore creates (D5), in virtual time. */
class FullHopsInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Circuits wanted at a time, with one standby, and for each one and two that are raced against it. */
    private static final int MOST_AT_A_TIME = 2 * 3;

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass())).signatures(SignatureMode.REPLACED);
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> nodes = new ArrayList<>();
    private final Set<InetSocketAddress> full = new HashSet<>();

    /** Relays and exits, of each of which the first few are full. */
    private void startNetwork(int relays, int fullRelays, int exits, int fullExits) {
        for (int i = 1; i <= relays; i++) {
            start("5." + i + ".1.1:7001", RELAY, i <= fullRelays);
        }
        for (int i = 1; i <= exits; i++) {
            start("6." + i + ".1.1:7001", EXIT, i <= fullExits);
        }
        network.lose(this::isIgnored);
        network.runFor(Duration.ofSeconds(30));
    }

    private void start(String address, int flags, boolean isFull) {
        EngineNode node = EngineNode.server(network, address, flags, bootstrap);
        nodes.add(node);
        if (isFull) {
            full.add(node.address());
        }
    }

    private boolean isIgnored(Passage passage) {
        return full.contains(passage.to()) && isCreate(passage);
    }

    private static boolean isCreate(Passage passage) {
        byte[] bytes = passage.bytes();
        return CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)
                && CellFrame.isCell(bytes, 0, bytes.length)
                && CellFrame.plaintext(bytes, 0)
                && bytes[CellFrame.HEADER_BYTES] == CellMessageId.CREATE;
    }

    private EngineNode client() {
        return EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(3, 1, 20), bootstrap);
    }

    @Test
    void aCircuitIsReadyWithinSecondsThoughTwoThirdsOfAllHopsAreFull() {
        startNetwork(18, 12, 6, 4);
        EngineNode client = client();
        assertThat(network.runUntil(() -> client.engine().peers().confirmedCount() >= 20, MINUTE))
                .isTrue();

        int most = 0;
        boolean isReady = false;
        for (int i = 0; i < 120 && !isReady; i++) {
            network.runFor(Duration.ofMillis(100));
            most = Math.max(most, client.circuits().circuits().size());
            isReady = client.circuits().ready() > 0;
        }

        assertThat(isReady).as("after %d attempts", client.closed().size()).isTrue();
        assertThat(most).isBetween(2, CircuitSettings.DEFAULT_MAX_CIRCUITS);
    }

    @Test
    void aSilentFirstHopIsRacedSoonAndGivenUpOnceItsPlaceIsNeeded() {
        startNetwork(24, 24, 2, 0);
        EngineNode client = client();
        assertThat(network.runUntil(() -> !client.circuits().circuits().isEmpty(), MINUTE))
                .isTrue();
        int most = 0;
        int closedEarly = 0;
        for (int i = 0; i < 19; i++) {
            network.runFor(Duration.ofMillis(100));
            most = Math.max(most, client.circuits().circuits().size());
            if (i == 8) {
                assertThat(client.circuits().circuits().size())
                        .as("after 0.9 s")
                        .isGreaterThanOrEqualTo(4);
                assertThat(client.closed()).isEmpty();
            }
            closedEarly = client.closed().size();
        }

        assertThat(most).isEqualTo(MOST_AT_A_TIME);
        assertThat(closedEarly).as("within less than two seconds").isPositive();
        assertThat(client.closed()).containsOnly(CloseReason.FIRST_HOP_SILENT);
        assertThat(firstHopsAsked(client))
                .as("no first hop was asked for two circuits")
                .hasSameSizeAs(idsAsked(client));
    }

    private Set<InetSocketAddress> firstHopsAsked(EngineNode client) {
        Set<InetSocketAddress> asked = new HashSet<>();
        creates(client).forEach(passage -> asked.add(passage.to()));
        return asked;
    }

    private Set<Integer> idsAsked(EngineNode client) {
        Set<Integer> ids = new HashSet<>();
        creates(client).forEach(passage -> ids.add(CellFrame.circuitId(passage.bytes(), 0)));
        return ids;
    }

    private List<Passage> creates(EngineNode client) {
        return network.passages().stream()
                .filter(passage -> passage.from().equals(client.address()) && isCreate(passage))
                .toList();
    }

    @Test
    void attemptsThatWereLostLeaveNothingAtTheHops() {
        startNetwork(18, 12, 6, 4);
        EngineNode client = client();
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, Duration.ofMinutes(5)))
                .isTrue();
        assertThat(client.closed()).isNotEmpty();
        network.runFor(Duration.ofSeconds(2));

        int hops = client.circuits().circuits().stream().mapToInt(Circuit::hops).sum();
        int entries = nodes.stream()
                .mapToInt(node -> node.engine().relay().joinedCircuits()
                        + node.engine().relay().relayedCircuits())
                .sum();
        assertThat(entries).isEqualTo(hops);
    }

    @Test
    void asksForMoreExitsWhereNoneOfThoseThatAreKnownLetsItIn() {
        startNetwork(22, 0, 3, 3);
        EngineNode client = client();
        assertThat(network.runUntil(() -> client.engine().peers().exitsWanted() > 3, MINUTE))
                .isTrue();

        full.clear();
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, MINUTE))
                .isTrue();
        network.runFor(Duration.ofMinutes(2));
        assertThat(client.engine().peers().exitsWanted())
                .as("once they let it in")
                .isZero();
    }
}
