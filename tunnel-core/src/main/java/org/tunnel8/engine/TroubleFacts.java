package org.tunnel8.engine;

import org.tunnel8.circuit.BuildFailures;
import org.tunnel8.walk.DiscoveryStatus;

/**
 * What is known while no circuit can be used. Immutable.
 *
 * @param discovery how getting known goes
 * @param minPeers peers that are asked for before circuits are built
 * @param exits exits that may be used
 * @param firstHops peers that could be the first hop
 * @param failures where attempts to build circuits came to nothing lately
 * @param unsent datagrams that could not be sent, since sending last worked
 * @param portLost whether the system has taken the port away
 */
public record TroubleFacts(
        DiscoveryStatus discovery,
        int minPeers,
        int exits,
        int firstHops,
        BuildFailures failures,
        long unsent,
        boolean portLost) {}
