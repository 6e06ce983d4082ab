package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.at;
import static org.tunnel8.simulation.Mailbox.ip;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.node.NodeRole;

class SimulatedNodeTest {
    @ParameterizedTest
    @EnumSource(SignatureMode.class)
    void aClientBehindANatSendsThroughThreeHops(SignatureMode signatures) {
        SimulatedNetwork network = new SimulatedNetwork(7, signatures).links(LinkSettings.internet());
        SimulatedNode server = SimulatedNode.builder(network.host(ip("198.51.100.1")))
                .port(6421)
                .roles(List.of(NodeRole.BOOTSTRAP))
                .start();
        for (int i = 2; i < 8; i++) {
            SimulatedNode.builder(network.host(ip("198.51.100." + i)))
                    .roles(i < 5 ? List.of(NodeRole.EXIT_BT) : List.of(NodeRole.RELAY))
                    .bootstrap(List.of(server.address()))
                    .start();
        }
        EchoHost echo = new EchoHost(network.host(ip("192.0.2.1")), 9000);
        NatBox box = network.nat(NatSettings.of(NatKind.SYMMETRIC), ip("203.0.113.1"));
        SimulatedNode client = SimulatedNode.builder(network.behind(box, ip("192.168.1.2")))
                .roles(List.of())
                .bootstrap(List.of(server.address()))
                .circuits(3, 0, 3)
                .start();
        List<String> answers = new ArrayList<>();
        SimulatedFlow flow = client.openFlow(
                (origin, buffer, offset, length) ->
                        answers.add(origin + " " + new String(buffer, offset, length, StandardCharsets.UTF_8)),
                null);

        boolean answered = network.runUntil(
                () -> {
                    flow.send(
                            echo.address(),
                            "d1:ad2:id20:00000000000000000000e1:q4:ping1:t2:aa1:y1:qe"
                                    .getBytes(StandardCharsets.US_ASCII));
                    network.runFor(Duration.ofSeconds(1));
                    return !answers.isEmpty();
                },
                Duration.ofMinutes(2));

        assertThat(answered).isTrue();
        assertThat(answers.get(0)).startsWith("/192.0.2.1:9000 d1:ad2:id");
        assertThat(echo.seen()).isNotEmpty().noneMatch(from -> from.getAddress().equals(box.outside()));
        assertThat(at("192.0.2.1:9000")).isEqualTo(echo.address());
    }
}
