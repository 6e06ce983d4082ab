package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.at;
import static org.tunnel8.simulation.Mailbox.ip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.Trouble;
import org.tunnel8.engine.TroubleKind;
import org.tunnel8.node.NodeRole;

/** What a client says of why it has no circuit, and when, for each reason there is and for mixtures of them. */
class TroublesInVirtualTimeTest {
    private static final int MIN_PEERS = 20;
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    /** In which it is seen that relays that take no circuit are there (docs/status.md). */
    private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);
    /** The time in which the kind of NAT is told by (docs/status.md). */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<SimulatedNode> relays = new ArrayList<>();
    private final List<SimulatedNode> exits = new ArrayList<>();
    private final List<@Nullable TroubleKind> told = new ArrayList<>();
    private SimulatedNetwork network = new SimulatedNetwork(0);
    private InetSocketAddress server = at("198.51.100.1:6421");
    private int hosts;

    private final class Ear implements EngineListener {
        @Override
        public void onTrouble(@Nullable Trouble trouble) {
            told.add(trouble == null ? null : trouble.kind());
        }
    }

    private void begin(long seed, boolean hasServer) {
        network = new SimulatedNetwork(seed, SignatureMode.REPLACED).links(LinkSettings.internet());
        if (hasServer) {
            server = SimulatedNode.builder(network.host(network.publicAddress()))
                    .port(6421)
                    .roles(List.of(NodeRole.BOOTSTRAP))
                    .start()
                    .address();
        }
    }

    private SimulatedNodeBuilder node(NodeRole... roles) {
        return SimulatedNode.builder(network.host(network.publicAddress()))
                .roles(List.of(roles))
                .bootstrap(List.of(server));
    }

    private void relays(int count, boolean joinCircuits) {
        for (int i = 0; i < count; i++) {
            relays.add(node(NodeRole.RELAY).joinsCircuits(joinCircuits).start());
        }
    }

    private void exits(int count, boolean joinCircuits) {
        for (int i = 0; i < count; i++) {
            exits.add(node(NodeRole.RELAY, NodeRole.EXIT_BT)
                    .joinsCircuits(joinCircuits)
                    .start());
        }
    }

    private void strangers(int count, NatKind nat) {
        for (int i = 0; i < count; i++) {
            NatBox box = network.nat(NatSettings.of(nat), network.publicAddress());
            SimulatedNode.builder(network.behind(box, ip("192.168.1.2")))
                    .roles(List.of(NodeRole.RELAY))
                    .bootstrap(List.of(server))
                    .start();
        }
    }

    private SimulatedNode client() {
        network.runFor(MINUTE);
        return client(network.host(network.publicAddress()));
    }

    private SimulatedNode client(SimulatedHost host) {
        return SimulatedNode.builder(host)
                .roles(List.of())
                .bootstrap(List.of(server))
                .circuits(3, 0, MIN_PEERS)
                .listener(new Ear())
                .start();
    }

    private static TroubleKind kind(SimulatedNode client) {
        Trouble trouble = client.engine().trouble();
        return Objects.requireNonNull(trouble, "nothing stands in the way").kind();
    }

    private void awaitPeers(SimulatedNode client) {
        assertThat(network.runUntil(() -> client.engine().peers().confirmedCount() >= MIN_PEERS, MINUTE))
                .isTrue();
    }

    /** Says so within the time, and still does half a minute later. */
    private void assertToldWithin(Duration limit, SimulatedNode client, TroubleKind expected) {
        boolean isTold = network.runUntil(() -> !told.isEmpty() && told.get(told.size() - 1) == expected, limit);
        assertThat(isTold).as("told within %s: %s", limit, told).isTrue();
        network.runFor(Duration.ofSeconds(30));
        assertThat(kind(client)).as("told %s", told).isEqualTo(expected);
        Trouble trouble = Objects.requireNonNull(client.engine().trouble());
        assertThat(network.nowNanos() - trouble.sinceNanos())
                .as("told %s, %s", told, trouble)
                .isGreaterThan(20_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatNoBootstrapServerIsReached(long seed) {
        begin(seed, false);
        assertToldWithin(TEN_SECONDS, client(), TroubleKind.NO_BOOTSTRAP_SERVER);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatPeersAreTooFew(long seed) {
        begin(seed, true);
        relays(5, true);
        exits(2, true);
        assertToldWithin(TEN_SECONDS, client(), TroubleKind.TOO_FEW_PEERS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatThereIsNoExit(long seed) {
        begin(seed, true);
        relays(30, true);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(TEN_SECONDS, client, TroubleKind.NO_EXIT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatNobodyCanBeTheFirstHop(long seed) {
        begin(seed, true);
        for (int i = 0; i < 30; i++) {
            node().start();
        }
        exits(1, true);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(TEN_SECONDS, client, TroubleKind.NO_FIRST_HOP);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatTheFirstHopsAreNotThereAnyMore(long seed) {
        begin(seed, true);
        relays(40, true);
        exits(1, true);
        network.runFor(MINUTE);
        SimulatedNode client = client(network.host(network.publicAddress()));
        assertThat(network.runUntil(() -> told.contains(null), MINUTE)).isTrue();
        relays.forEach(SimulatedNode::die);
        told.clear();
        boolean isTold = network.runUntil(() -> told.contains(TroubleKind.NO_FIRST_HOP), TEN_SECONDS);
        assertThat(isTold).as("told %s", told).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatExitsRefuse(long seed) {
        begin(seed, true);
        relays(30, true);
        exits(4, false);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(TEN_SECONDS, client, TroubleKind.EXITS_REFUSE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void saysThatRelaysAreFull(long seed) {
        begin(seed, true);
        relays(30, false);
        exits(1, true);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(HALF_A_MINUTE, client, TroubleKind.CAPACITY_FULL);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void saysThatTheNatIsTooStrict(long seed) {
        begin(seed, true);
        relays(6, true);
        exits(1, true);
        strangers(30, NatKind.PORT_RESTRICTED);
        network.runFor(MINUTE);
        NatBox box = network.nat(NatSettings.of(NatKind.SYMMETRIC), network.publicAddress());
        SimulatedNode client = client(network.behind(box, ip("192.168.1.2")));
        assertToldWithin(MINUTE, client, TroubleKind.NAT_TOO_STRICT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void saysThatThePortIsInTrouble(long seed) {
        begin(seed, true);
        relays(30, true);
        exits(4, true);
        SimulatedNode client = client();
        assertThat(network.runUntil(() -> told.contains(null), MINUTE)).isTrue();
        client.engine().onPortLost(network.nowNanos());
        client.deadlineChanged();
        assertToldWithin(Duration.ofSeconds(1), client, TroubleKind.PORT_TROUBLE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void saysThatItIsClosed(long seed) {
        begin(seed, true);
        SimulatedNode client = client();
        client.stop();
        assertThat(kind(client)).isEqualTo(TroubleKind.CLOSED);
        assertThat(told).endsWith(TroubleKind.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void ofDeadServersAndAStrictNatTellsTheServersFirst(long seed) {
        begin(seed, false);
        network.runFor(MINUTE);
        NatBox box = network.nat(NatSettings.of(NatKind.SYMMETRIC), network.publicAddress());
        SimulatedNode client = client(network.behind(box, ip("192.168.1.2")));
        assertToldWithin(TEN_SECONDS, client, TroubleKind.NO_BOOTSTRAP_SERVER);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void ofFullRelaysAndExitsThatRefuseTellsTheRelaysFirst(long seed) {
        begin(seed, true);
        relays(30, false);
        exits(4, false);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(HALF_A_MINUTE, client, TroubleKind.CAPACITY_FULL);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void ofAPortInTroubleAndNoExitTellsThePortAsLongAsItLasts(long seed) {
        begin(seed, true);
        relays(30, true);
        SimulatedNode client = client();
        awaitPeers(client);
        client.engine().onSendFailing(network.nowNanos(), 3);
        client.deadlineChanged();
        assertThat(kind(client)).isEqualTo(TroubleKind.PORT_TROUBLE);
        network.runFor(TEN_SECONDS);
        assertThat(kind(client)).isEqualTo(TroubleKind.PORT_TROUBLE);
        assertToldWithin(TEN_SECONDS, client, TroubleKind.NO_EXIT);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void saysNothingAnyMoreOnceACircuitIsReady(long seed) {
        begin(seed, true);
        relays(30, true);
        SimulatedNode client = client();
        awaitPeers(client);
        assertToldWithin(TEN_SECONDS, client, TroubleKind.NO_EXIT);
        exits(4, true);
        assertThat(network.runUntil(() -> client.engine().trouble() == null, MINUTE))
                .isTrue();
        assertThat(told).endsWith((TroubleKind) null);
        assertThat(told).doesNotHaveDuplicates();
    }
}
