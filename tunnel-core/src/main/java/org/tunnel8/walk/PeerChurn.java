package org.tunnel8.walk;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;

/**
 * Asks silent peers for a sign of life and drops those that give none (PROTOCOL.md §4: 27.5 s and 57.5 s).
 *
 * <p>A silent peer gets an introduction request, whose signed answer also renews its flags, and a ping of the discovery
 * overlay, which a peer of the reference answers even when it knows more peers than it wants and ignores requests. Both
 * keep the way through NATs open, and are our own sign of life to the peer. Engine thread only.
 */
final class PeerChurn {
    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final PeerTable peers;
    private final Exchanges exchanges;
    private final DiscoveryPings pings;
    private final Deadlines deadlines;
    private @Nullable Deadline nextSweep;

    PeerChurn(WalkContext context, Exchanges exchanges, DiscoveryPings pings) {
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.pings = pings;
        this.deadlines = context.deadlines();
    }

    void start() {
        nextSweep = deadlines.after(SWEEP_NANOS, this::sweep);
    }

    void stop() {
        if (nextSweep != null) {
            nextSweep.cancel();
        }
    }

    private void sweep() {
        nextSweep = deadlines.after(SWEEP_NANOS, this::sweep);
        long now = deadlines.nowNanos();
        for (Peer peer : new ArrayList<>(peers.all())) {
            long silent = now - peer.lastHeardNanos();
            if (silent >= PeerTable.GONE_NANOS) {
                peers.remove(peer, RemovalReason.SILENT);
            } else if (silent >= PeerTable.SILENT_NANOS && exchanges.start(Purpose.PROBE, WalkTarget.of(peer))) {
                // An unanswered exchange stays for 10 s, which makes that the time between probes.
                pings.send(peer.address());
            }
        }
    }
}
