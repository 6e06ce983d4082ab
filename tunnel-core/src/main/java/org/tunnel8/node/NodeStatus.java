package org.tunnel8.node;

import java.util.Map;
import org.tunnel8.BootstrapStatus;
import org.tunnel8.NatStatus;
import org.tunnel8.Traffic;
import org.tunnel8.transport.TransportCounters;

/**
 * How a node is doing at a moment. Immutable.
 *
 * @param peers peers known
 * @param joinedCircuits others' circuits that end here
 * @param relayedCircuits others' circuits that run through
 * @param outsideSockets sockets to the outside, open or opening
 * @param layerCipher name of the layer cipher in use
 * @param traffic what has passed
 * @param drops what was dropped, by reason; reasons without drops are left out
 * @param port what the node's socket has counted
 * @param outside what its outside sockets have counted
 * @param bootstrap how entering the network goes
 * @param nat what it is behind
 * @param lending how much of its line it lends, and how much of that is used
 */
public record NodeStatus(
        int peers,
        int joinedCircuits,
        int relayedCircuits,
        int outsideSockets,
        String layerCipher,
        Traffic traffic,
        Map<String, Long> drops,
        TransportCounters port,
        TransportCounters outside,
        BootstrapStatus bootstrap,
        NatStatus nat,
        LendingStatus lending) {

    /** Copies what could change. */
    public NodeStatus {
        drops = Map.copyOf(drops);
    }
}
