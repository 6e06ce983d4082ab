package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.PeerFlags;

/** HTTP exchanges over whole engines in virtual time; the servers are played by the test. */
class HttpInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_IPV8;
    private static final ByteString GET = bytes("GET /announce HTTP/1.1\r\nHost: t\r\n\r\n");
    private static final String REPLY =
            "HTTP/1.1 200 OK\r\nContent-Length: 5014\r\n\r\nd5:peers5000:" + "p".repeat(5_000) + "e";
    private static final Address SERVER = Address.parse("93.184.216.34", 80);

    private final VirtualNetwork network = new VirtualNetwork(28);
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> exits = new ArrayList<>();
    private final List<ByteString> replies = new ArrayList<>();
    private final List<HttpFailure> failures = new ArrayList<>();

    private final HttpListener listener = new HttpListener() {
        @Override
        public boolean onReply(ByteString reply) {
            return replies.add(reply);
        }

        @Override
        public void onFailed(HttpFailure failure) {
            failures.add(failure);
        }
    };

    private static ByteString bytes(String text) {
        return ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private EngineNode readyClient(int hops, int... exitFlags) {
        for (int i = 1; i <= 4; i++) {
            EngineNode.server(network, "5.0.1." + i + ":7001", RELAY, bootstrap);
        }
        for (int flags : exitFlags) {
            exits.add(EngineNode.server(network, "5.0.2." + (exits.size() + 1) + ":7001", flags, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
        EngineNode client = EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(hops, 2, 5), bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofMinutes(1)))
                .isTrue();
        network.runFor(Duration.ofSeconds(5));
        return client;
    }

    private void ask(EngineNode client) {
        client.engine().advance(network.nowNanos());
        client.engine().exchanges().start(SERVER, GET, Duration.ofSeconds(60).toNanos(), null, listener);
    }

    /** Answers every connection that is open at an exit. */
    private int serve(EngineNode exit, String text) {
        int served = 0;
        for (Map.Entry<Long, EngineNode.Connection> open :
                List.copyOf(exit.connections().entrySet())) {
            assertThat(open.getValue().request()).isEqualTo(GET);
            byte[] answer = text.getBytes(StandardCharsets.US_ASCII);
            exit.engine().onReplyBytes(network.nowNanos(), open.getKey(), answer, 0, answer.length);
            served++;
        }
        return served;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anAnswerComesBackThroughTheCircuitInPartsThatFit(int hops) {
        EngineNode client = readyClient(hops, EXIT | PeerFlags.EXIT_HTTP, EXIT | PeerFlags.EXIT_HTTP);
        ask(client);
        network.runFor(Duration.ofSeconds(1));
        network.forgetPassages();
        assertThat(exits.stream().mapToInt(exit -> serve(exit, REPLY)).sum()).isEqualTo(1);
        network.runFor(Duration.ofSeconds(1));

        assertThat(replies).containsExactly(bytes(REPLY));
        assertThat(network.passages()).allMatch(passage -> passage.bytes().length <= 2_048);
        assertThat(client.asked()).isEmpty();
    }

    @Test
    void partsThatAreLostCostATryAndNotTheExchange() {
        EngineNode client = readyClient(2, EXIT | PeerFlags.EXIT_HTTP, EXIT | PeerFlags.EXIT_HTTP);
        ask(client);
        network.runFor(Duration.ofSeconds(1));
        boolean[] lost = {false};
        network.lose(passage -> {
            boolean loses = !lost[0]
                    && passage.to().equals(client.address())
                    && passage.bytes().length > CellFrame.HEADER_BYTES + 1_000;
            lost[0] |= loses;
            return loses;
        });
        exits.forEach(exit -> serve(exit, REPLY));
        network.runFor(Duration.ofSeconds(2));
        assertThat(replies).isEmpty();

        assertThat(network.runUntil(
                        () -> exits.stream()
                                        .mapToInt(exit -> serve(exit, REPLY))
                                        .sum()
                                > 0,
                        Duration.ofSeconds(10)))
                .isTrue();
        network.runFor(Duration.ofSeconds(1));
        assertThat(replies).containsExactly(bytes(REPLY));
    }

    @Test
    void aCircuitIsBuiltToTheOneExitThatPerformsExchanges() {
        EngineNode client = readyClient(2, EXIT, EXIT, EXIT, EXIT, EXIT, EXIT | PeerFlags.EXIT_HTTP);
        ask(client);
        EngineNode exit = exits.get(5);
        assertThat(network.runUntil(() -> serve(exit, REPLY) > 0, Duration.ofSeconds(10)))
                .isTrue();
        network.runFor(Duration.ofSeconds(1));
        assertThat(replies).hasSize(1);
        network.runFor(Duration.ofSeconds(30));
        assertThat(client.circuits().ready()).isEqualTo(3);
    }

    @Test
    void anExitForExchangesAloneCarriesNoDataAndItsCircuitEndsWhenItIsNotNeeded() {
        EngineNode client = readyClient(2, EXIT, EXIT, RELAY | PeerFlags.EXIT_HTTP);
        ask(client);
        EngineNode exit = exits.get(2);
        assertThat(network.runUntil(() -> serve(exit, REPLY) > 0, Duration.ofSeconds(10)))
                .isTrue();
        network.runFor(Duration.ofSeconds(1));
        assertThat(replies).hasSize(1);
        assertThat(client.circuits().ready()).isEqualTo(3);
        assertThat(client.circuits().circuits()).hasSize(4);
        assertThat(client.circuits().circuits().stream()
                        .filter(circuit ->
                                circuit.exitKey().equals(exit.identity().publicKey())))
                .singleElement()
                .matches(circuit -> !client.circuits().isPrimary(circuit));

        network.runFor(Duration.ofSeconds(70));
        assertThat(client.circuits().circuits())
                .hasSize(3)
                .extracting(Circuit::exitKey)
                .doesNotContain(exit.identity().publicKey());
    }

    @Test
    void moreThanFiveAtATimeSpreadOverCircuitsAndNoneIsRefused() {
        EngineNode client = readyClient(1, EXIT | PeerFlags.EXIT_HTTP);
        for (int i = 0; i < 40; i++) {
            ask(client);
        }
        network.runFor(Duration.ofMillis(500));
        assertThat(exits.get(0).connections()).hasSize(15);
        for (int i = 0; i < 10; i++) {
            serve(exits.get(0), REPLY);
            network.runFor(Duration.ofMillis(500));
        }
        assertThat(replies).hasSize(40);
        assertThat(exits.get(0).drops(DropReason.HTTP_LIMIT)).isZero();
    }

    @Test
    void anExitThatKeepsSilentIsLeftForAnother() {
        EngineNode client = readyClient(2, EXIT | PeerFlags.EXIT_HTTP, EXIT | PeerFlags.EXIT_HTTP);
        ask(client);
        network.runFor(Duration.ofSeconds(1));
        EngineNode first = exits.get(0).connections().isEmpty() ? exits.get(1) : exits.get(0);
        EngineNode other = first == exits.get(0) ? exits.get(1) : exits.get(0);
        serve(first, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>");

        assertThat(network.runUntil(() -> serve(other, REPLY) > 0, Duration.ofSeconds(12)))
                .isTrue();
        network.runFor(Duration.ofSeconds(1));
        assertThat(replies).hasSize(1);
        assertThat(first.drops(DropReason.HTTP_REPLY_REFUSED)).isEqualTo(1);
    }

    @Test
    void withoutAnyExitForExchangesTheAskerIsTold() {
        EngineNode client = readyClient(2, EXIT, EXIT);
        ask(client);
        network.runFor(Duration.ofSeconds(11));
        assertThat(failures).containsExactly(HttpFailure.NO_EXIT);
    }

    @Test
    void theDeathOfTheExitIsNoticedAndAnotherAsked() {
        EngineNode client = readyClient(1, EXIT | PeerFlags.EXIT_HTTP, EXIT | PeerFlags.EXIT_HTTP);
        ask(client);
        network.runFor(Duration.ofSeconds(1));
        EngineNode first = exits.get(0).connections().isEmpty() ? exits.get(1) : exits.get(0);
        EngineNode other = first == exits.get(0) ? exits.get(1) : exits.get(0);
        first.stop();
        assertThat(network.runUntil(() -> serve(other, REPLY) > 0, Duration.ofSeconds(5)))
                .isTrue();
        network.runFor(Duration.ofSeconds(1));
        assertThat(replies).hasSize(1);
    }
}
