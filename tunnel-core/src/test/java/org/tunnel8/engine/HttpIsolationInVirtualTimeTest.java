package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.PeerFlags;

/** Which circuits HTTP exchanges of isolation keys go over (D15), in virtual time. */
class HttpIsolationInVirtualTimeTest {
    private static final int EXIT = PeerFlags.RELAY | PeerFlags.SPEED_TEST | PeerFlags.EXIT_BT;
    private static final int BOTH = EXIT | PeerFlags.EXIT_HTTP;
    private static final int FOR_EXCHANGES = PeerFlags.RELAY | PeerFlags.SPEED_TEST | PeerFlags.EXIT_HTTP;
    private static final byte[] REPLY =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nde".getBytes(StandardCharsets.US_ASCII);
    private static final Address SERVER = Address.parse("93.184.216.34", 80);
    private static final Duration WHILE_KEPT = Duration.ofSeconds(50);
    private static final Duration UNTIL_GIVEN_UP = Duration.ofSeconds(65);

    private final VirtualNetwork network = new VirtualNetwork(31).signatures(SignatureMode.REPLACED);
    private final OutsideEcho echo = new OutsideEcho(network, "93.184.216.34:6881");
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> exits = new ArrayList<>();
    private final List<HttpFailure> failures = new ArrayList<>();
    private int asked;
    private int answered;

    private EngineNode readyClient(int... flags) {
        for (int exitFlags : flags) {
            exits.add(EngineNode.server(network, "5.0.2." + (exits.size() + 1) + ":7001", exitFlags, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
        EngineNode client = EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(1, 1, 3), bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, Duration.ofMinutes(1)))
                .isTrue();
        network.runFor(Duration.ofSeconds(5));
        return client;
    }

    private final class Outcome implements HttpListener {
        @Override
        public boolean onReply(ByteString reply) {
            answered++;
            return true;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            failures.add(failure);
        }
    }

    private void ask(EngineNode client, @Nullable String key) {
        client.engine().advance(network.nowNanos());
        ByteString request =
                ByteString.of(("GET /" + asked++ + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        client.engine()
                .exchanges()
                .start(SERVER, request, Duration.ofSeconds(60).toNanos(), key, new Outcome());
    }

    /** Asks, has the exit answer, and tells over which circuit both went. */
    private Circuit exchange(EngineNode client, @Nullable String key) {
        Circuit taken = begin(client, key);
        finish(taken);
        return taken;
    }

    private Circuit begin(EngineNode client, @Nullable String key) {
        List<Long> open = connections();
        ask(client, key);
        assertThat(network.runUntil(() -> connections().size() > open.size(), Duration.ofSeconds(20)))
                .as("an exit was asked for %s", key)
                .isTrue();
        EngineNode exit = exits.stream()
                .filter(node -> !node.connections().isEmpty())
                .findFirst()
                .orElseThrow();
        List<Circuit> through = client.circuits().circuits().stream()
                .filter(circuit -> circuit.exitKey().equals(exit.identity().publicKey()))
                .toList();
        assertThat(through).as("circuits to one exit").hasSize(1);
        return through.get(0);
    }

    private void finish(Circuit taken) {
        int before = answered;
        for (EngineNode exit : exits) {
            for (long connection : List.copyOf(exit.connections().keySet())) {
                assertThat(exit.identity().publicKey()).isEqualTo(taken.exitKey());
                exit.engine().onReplyBytes(network.nowNanos(), connection, REPLY, 0, REPLY.length);
            }
        }
        network.runFor(Duration.ofMillis(500));
        assertThat(answered).isEqualTo(before + 1);
    }

    private List<Long> connections() {
        List<Long> open = new ArrayList<>();
        exits.forEach(exit -> open.addAll(exit.connections().keySet()));
        return open;
    }

    /** The circuit over which a flow's next datagram leaves. */
    private Circuit circuitOf(EngineNode client, FlowTable.Flow flow) {
        byte[] utp = new byte[60];
        utp[0] = 1;
        network.forgetPassages();
        assertThat(client.send(flow, new IpAddress(echo.address()), utp)).isTrue();
        Passage cell = network.passages().get(network.passages().size() - 1);
        assertThat(CommunityId.TRIBLER.matchesPrefix(cell.bytes(), 0, cell.bytes().length))
                .isTrue();
        int id = CellFrame.circuitId(cell.bytes(), 0);
        return client.circuits().circuits().stream()
                .filter(circuit -> circuit.id() == id)
                .findFirst()
                .orElseThrow();
    }

    private FlowTable.Flow flow(EngineNode client, @Nullable String key) {
        FlowTable.Flow flow = client.flow(new ArrayList<>(), key);
        assertThat(network.runUntil(flow::isCarried, Duration.ofSeconds(20))).isTrue();
        return flow;
    }

    private void close(EngineNode client, FlowTable.Flow flow) {
        client.engine().advance(network.nowNanos());
        flow.close();
    }

    @Test
    void exchangesOfDifferentKeysShareNoCircuit() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        Circuit shared = exchange(client, null);
        Circuit alice = exchange(client, "alice");
        Circuit bob = exchange(client, "bob");
        assertThat(List.of(shared, alice, bob)).doesNotHaveDuplicates();
        assertThat(exchange(client, "alice")).isSameAs(alice);
        assertThat(exchange(client, "bob")).isSameAs(bob);
        assertThat(exchange(client, null)).isSameAs(shared);
        assertThat(failures).isEmpty();
    }

    @Test
    void exchangesOfDifferentKeysAreApartAlsoWhenTheyAreAskedAtOnce() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        List<String> keys = List.of("alice", "bob", "carol");
        keys.forEach(key -> ask(client, key));
        network.runUntil(() -> connections().size() == 3, Duration.ofSeconds(20));
        assertThat(exits.stream().filter(exit -> !exit.connections().isEmpty()))
                .as("each at an exit of its own, as there is one circuit to each")
                .hasSize(3)
                .allMatch(exit -> exit.connections().size() == 1);
    }

    @Test
    void anExchangeGoesOverItsKeysFlowsCircuitAndOverNoOther() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        Circuit shared = circuitOf(client, flow(client, null));
        Circuit bob = circuitOf(client, flow(client, "bob"));
        Circuit alice = exchange(client, "alice");
        assertThat(List.of(shared, bob, alice)).doesNotHaveDuplicates();
        assertThat(exchange(client, "bob")).isSameAs(bob);
        assertThat(exchange(client, null)).isSameAs(shared);
    }

    @Test
    void noFlowOfAnotherKeyGoesWhereAnExchangeWent() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        Circuit alice = exchange(client, "alice");
        Circuit bob = circuitOf(client, flow(client, "bob"));
        Circuit shared = circuitOf(client, flow(client, null));
        assertThat(List.of(shared, bob, alice)).doesNotHaveDuplicates();
        assertThat(circuitOf(client, flow(client, "alice"))).isNotIn(shared, bob);
    }

    @Test
    void aCircuitThatAKeysExchangesAloneUsedIsKeptForAWhileAndGivenUp() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        Circuit alice = exchange(client, "alice");
        network.runFor(WHILE_KEPT);
        assertThat(client.circuits().circuits()).contains(alice);
        assertThat(exchange(client, "alice")).isSameAs(alice);
        network.runFor(UNTIL_GIVEN_UP);
        assertThat(client.circuits().circuits()).doesNotContain(alice).hasSize(2);
    }

    @Test
    void aCircuitToAnExitForExchangesAloneIsGivenUpThoughOtherKeysStillAsk() {
        EngineNode client = readyClient(EXIT, EXIT, EXIT, FOR_EXCHANGES, FOR_EXCHANGES);
        Circuit alice = exchange(client, "alice");
        Circuit bob = exchange(client, "bob");
        assertThat(bob).isNotSameAs(alice);
        network.runFor(WHILE_KEPT);
        assertThat(exchange(client, "bob")).isSameAs(bob);
        network.runFor(Duration.ofSeconds(20));
        assertThat(client.circuits().circuits()).doesNotContain(alice).contains(bob);
        network.runFor(UNTIL_GIVEN_UP);
        assertThat(client.circuits().circuits()).doesNotContain(bob).hasSize(2);
    }

    @Test
    void theEndOfAKeysLastFlowDoesNotEndItsExchange() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        FlowTable.Flow flow = flow(client, "alice");
        Circuit carrying = circuitOf(client, flow);
        Circuit alice = begin(client, "alice");
        assertThat(alice).isSameAs(carrying);
        close(client, flow);
        network.runFor(Duration.ofSeconds(2));
        finish(alice);
        network.runFor(UNTIL_GIVEN_UP);
        assertThat(client.circuits().circuits()).doesNotContain(alice).hasSize(2);
    }

    @Test
    void circuitsThatAreKeptForExchangesMakeRoomForFlows() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        for (int key = 0; key < 6; key++) {
            exchange(client, "key " + key);
        }
        network.runFor(Duration.ofSeconds(2));
        assertThat(client.circuits().circuits()).as("as many as there may be").hasSize(8);
        flow(client, null);
        flow(client, "alice");
        flow(client, "bob");
        flow(client, "carol");
        assertThat(client.circuits().circuits()).hasSizeLessThanOrEqualTo(8);
    }

    @Test
    void circuitsThatAreKeptForExchangesMakeRoomForThoseOfOtherKeys() {
        EngineNode client = readyClient(BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH);
        for (int key = 0; key < 20; key++) {
            exchange(client, "key " + key);
        }
        assertThat(failures).isEmpty();
        assertThat(client.circuits().circuits()).hasSizeLessThanOrEqualTo(8);
    }
}
