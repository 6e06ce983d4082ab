package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.ip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.node.NodeRole;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;

/** A circuit of two hops, the first of which lies, for as long as the client stays on it. */
class LiarTest {
    private static final Load LOAD = Load.FLOW.withFlows(1, 50, 100);

    private final SimulatedNetwork network = new SimulatedNetwork(3, SignatureMode.REPLACED, LayerMode.REPLACED);
    private final List<CloseReason> closed = new ArrayList<>();
    private final List<Passage> cellsIn = new ArrayList<>();
    private final List<Passage> cellsOut = new ArrayList<>();
    private final List<Passage> destroysOut = new ArrayList<>();
    private int ready;

    /** Plays for ten seconds from the first circuit on. */
    private MeasuredFlow play(Lie lie) {
        SimulatedNode server = SimulatedNode.builder(network.host(ip("198.51.100.1")))
                .port(6_421)
                .roles(List.of(NodeRole.BOOTSTRAP))
                .start();
        SimulatedNode relay = SimulatedNode.builder(network.host(ip("198.51.100.2")))
                .roles(List.of(NodeRole.RELAY))
                .bootstrap(List.of(server.address()))
                .lie(lie)
                .start();
        SimulatedNode.builder(network.host(ip("203.0.113.3")))
                .roles(List.of(NodeRole.EXIT_BT))
                .bootstrap(List.of(server.address()))
                .start();
        watch(relay.address());
        SimulatedNode client = SimulatedNode.builder(network.host(ip("192.0.2.4")))
                .roles(List.of())
                .bootstrap(List.of(server.address()))
                .circuits(2, 0, 2)
                .listener(new EngineListener() {
                    @Override
                    public void onCircuitReady(Circuit circuit) {
                        ready++;
                    }

                    @Override
                    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
                        closed.add(reason);
                    }
                })
                .start();
        assertThat(network.runUntil(() -> ready > 0, Duration.ofMinutes(1))).isTrue();
        cellsIn.clear();
        cellsOut.clear();
        MeasuredFlow flow = new MeasuredFlow(client, network.host(ip("192.0.2.80")), LOAD, null);
        network.runFor(Duration.ofSeconds(10));
        flow.end();
        network.runFor(Duration.ofSeconds(5));
        return flow;
    }

    private void watch(InetSocketAddress relay) {
        network.observe(passage -> {
            byte[] bytes = passage.bytes();
            if (!CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)) {
                return;
            }
            if (passage.messageId() == CellMessageId.DESTROY && passage.from().equals(relay)) {
                destroysOut.add(passage);
            } else if (CellFrame.isCell(bytes, 0, bytes.length) && !CellFrame.plaintext(bytes, 0)) {
                if (passage.to().equals(relay)) {
                    cellsIn.add(passage);
                } else if (passage.from().equals(relay)) {
                    cellsOut.add(passage);
                }
            }
        });
    }

    @Test
    void whoDropsPassesSevenCellsInTen() {
        MeasuredFlow flow = play(Lie.DROPS);
        assertThat((double) cellsOut.size() / cellsIn.size()).isBetween(0.6, 0.8);
        assertThat(flow.lost().value().orElseThrow()).isBetween(0.2, 0.6);
    }

    @Test
    void whoCorruptsPassesAllAndAThirdInVain() {
        MeasuredFlow flow = play(Lie.CORRUPTS);
        assertThat((double) cellsOut.size() / cellsIn.size()).isBetween(0.95, 1.05);
        assertThat(flow.lost().value().orElseThrow()).isBetween(0.2, 0.6);
    }

    @Test
    void whoReplaysSendsEachCellThreeTimes() {
        play(Lie.REPLAYS);
        assertThat((double) cellsOut.size() / cellsIn.size()).isBetween(2.7, 3.2);
    }

    @Test
    void whoForgesAddsCellsAndDestroysThatNobodyMinds() {
        MeasuredFlow flow = play(Lie.FORGES);
        assertThat(cellsOut.size()).isGreaterThan(cellsIn.size() + 10);
        assertThat(destroysOut).hasSizeGreaterThan(10);
        assertThat(closed).isEmpty();
        assertThat(flow.lost().value().orElseThrow()).isLessThan(0.1);
    }

    @Test
    void whoIsDeafLetsACircuitBeBuiltAndPassesNothing() {
        MeasuredFlow flow = play(Lie.DEAF);
        assertThat(ready).isPositive();
        assertThat(flow.lost().part()).isEqualTo(flow.lost().whole());
        assertThat(closed).isNotEmpty();
    }
}
