package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.node.NodeRole;

class EventLogTest {
    private static final long SEED = 20_260_104;

    private final List<String> lines = new ArrayList<>();

    /** Twelve nodes behind all kinds of boxes, one of them with circuits, for two minutes. */
    private SimulatedNetwork run(long seed, SignatureMode signatures) {
        lines.clear();
        SimulatedNetwork network = new SimulatedNetwork(seed, signatures).links(LinkSettings.internet());
        network.log().lines(lines::add);
        InetSocketAddress server = SimulatedNode.builder(network.host(network.publicAddress()))
                .roles(List.of(NodeRole.BOOTSTRAP))
                .start()
                .address();
        for (int i = 0; i < 12; i++) {
            SimulatedHost host = i < 6
                    ? network.host(network.publicAddress())
                    : network.behind(
                            network.nat(NatSettings.of(NatKind.values()[i % 4]), network.publicAddress()),
                            Mailbox.ip("192.168.1.2"));
            SimulatedNodeBuilder node = SimulatedNode.builder(host)
                    .roles(List.of(NodeRole.RELAY, NodeRole.EXIT_BT))
                    .bootstrap(List.of(server));
            network.after(Duration.ofSeconds(i), () -> node.circuits(2, 1, 3).start());
        }
        network.runFor(Duration.ofMinutes(2));
        return network;
    }

    @ParameterizedTest
    @EnumSource(SignatureMode.class)
    void isTheSameForTheSameSeed(SignatureMode signatures) {
        String digest = run(SEED, signatures).log().digest();
        List<String> once = List.copyOf(lines);
        SimulatedNetwork again = run(SEED, signatures);

        // The same line on every JDK: whoever compares the logs of two sees it.
        System.out.println("EventLogTest: seed " + SEED + ", " + signatures + " signatures, "
                + again.log().datagrams() + " datagrams, digest " + digest);
        assertThat(lines).isEqualTo(once).hasSizeGreaterThan(500);
        assertThat(again.log().digest()).isEqualTo(digest);
    }

    @Test
    void isAnotherForAnotherSeed() {
        String digest = run(SEED, SignatureMode.REPLACED).log().digest();

        assertThat(run(SEED + 1, SignatureMode.REPLACED).log().digest()).isNotEqualTo(digest);
    }
}
