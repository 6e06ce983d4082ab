package org.tunnel8;

import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.walk.DiscoveryStatus;

/** Says to the user why nothing can be sent. Loop thread only. */
final class Unavailability {
    private final int minPeers;
    private final int hops;

    /** For a client that wants so many peers and hops. */
    Unavailability(int minPeers, int hops) {
        this.minPeers = minPeers;
        this.hops = hops;
    }

    /** One sentence; empty while a circuit is ready. */
    String reason(TunnelEngine engine) {
        CircuitPool pool = engine.circuits();
        if (pool == null || pool.ready() > 0) {
            return "";
        }
        DiscoveryStatus status = engine.discoveryStatus();
        if (status.degraded()) {
            return "anonymous routing is unavailable: " + status.whyDegraded();
        }
        return switch (pool.lack()) {
            case PEERS ->
                status.peers() + " of " + minPeers + " peers are known" + (status.peers() == 0 ? entry(status) : "");
            case CANDIDATES -> hops == 1 ? "no exit is known" : "no exit is known, or no relay besides";
            case NONE -> "the first circuits are being built";
        };
    }

    /** What stands in the way while nobody is known. */
    private static String entry(DiscoveryStatus status) {
        return switch (status.bootstrap()) {
            case IDLE -> ", and there is no bootstrap server to ask";
            case CONTACTING -> ", and no bootstrap server has answered yet";
            case ANSWERED -> ", and nobody that a bootstrap server introduced has answered yet";
            case UNREACHABLE -> ", and none of the " + status.bootstrapServers() + " bootstrap servers answers";
        };
    }
}
