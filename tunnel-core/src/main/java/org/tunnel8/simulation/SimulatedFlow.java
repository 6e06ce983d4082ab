package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DatagramReceiver;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.wire.Headroom;

/** Datagrams over a {@link SimulatedNode}'s circuits. Made by {@link SimulatedNode#openFlow}. */
public final class SimulatedFlow {
    private final SimulatedNode node;
    private final FlowTable.Flow flow;

    SimulatedFlow(SimulatedNode node, DatagramReceiver receiver, @Nullable String isolationKey) {
        this.node = node;
        node.engine().advance(node.network().nowNanos());
        this.flow = node.engine()
                .openFlow(
                        (origin, buffer, offset, length) ->
                                receiver.onDatagram(Endpoints.toSocketAddress(origin), buffer, offset, length),
                        isolationKey);
    }

    /**
     * Sends a datagram.
     *
     * @param target resolved, or unresolved for a name that the exit is to look up
     * @param payload what to send
     * @return false if no circuit could take it
     */
    public boolean send(InetSocketAddress target, byte[] payload) {
        node.engine().advance(node.network().nowNanos());
        byte[] buffer = new byte[Headroom.FRONT_BYTES + payload.length + Headroom.BACK_BYTES];
        System.arraycopy(payload, 0, buffer, Headroom.FRONT_BYTES, payload.length);
        boolean sent = flow.send(Endpoints.toAddress(target), buffer, Headroom.FRONT_BYTES, payload.length);
        node.deadlineChanged();
        return sent;
    }

    /** Ends the flow. */
    public void close() {
        node.engine().advance(node.network().nowNanos());
        flow.close();
        node.deadlineChanged();
    }
}
