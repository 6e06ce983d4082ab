package org.tunnel8.relay;

import java.util.List;
import java.util.random.RandomGenerator;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.cell.JoinedService;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.vectors.LabLink;
import org.tunnel8.vectors.LabNode;
import org.tunnel8.wire.walk.PeerFlags;

/** Puts others' circuits into a node as if they had been built, with keys that are given. */
public final class LabHops {
    private LabHops() {}

    /** A circuit that runs through the node. */
    public static void relay(LabNode node, SessionKeys keys, LabLink previous, LabLink next) {
        RelayedCircuit.Means means = new RelayedCircuit.Means(
                node.cipher(),
                node.cells(),
                node.deadlines(),
                node.counters(),
                node.counters().packets(),
                (closed, told, reason) -> {
                    throw new AssertionError("nobody destroys this circuit");
                });
        RelayedCircuit circuit =
                new RelayedCircuit(means, keys, SendCounter.responderBackward(), link(previous), link(next));
        node.table().put(previous.circuitId(), circuit.forward());
        node.table().put(next.circuitId(), circuit.backward());
    }

    /** A circuit that ends at the node, which has every role. */
    public static JoinedPath end(
            LabNode node, SessionKeys keys, LabLink previous, JoinedService exit, RandomGenerator random) {
        int roles = PeerFlags.RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_IPV8 | PeerFlags.SPEED_TEST;
        RelayService service = new RelayService(
                RelaySettings.of(new PeerFlags(roles)),
                node.identity(),
                node.table(),
                node.cells(),
                node.sink(),
                node.cipher(),
                new PeerTable(PeerTable.DEFAULT_CAPACITY, node.deadlines()),
                node.deadlines(),
                random,
                node.counters(),
                exit,
                address -> true);
        JoinedCircuit circuit = new JoinedCircuit(
                service, link(previous), keys, List.of(), node.deadlines().nowNanos());
        node.table().put(previous.circuitId(), circuit);
        return circuit;
    }

    private static Link link(LabLink link) {
        return new Neighbours().link(link.address(), link.key(), link.circuitId());
    }
}
