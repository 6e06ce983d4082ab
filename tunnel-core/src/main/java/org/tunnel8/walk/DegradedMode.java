package org.tunnel8.walk;

import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;

/**
 * Whether there is a way into the network at all (edge case 1): degraded while there are no peers and neither bootstrap
 * servers nor remembered peers answer. Whoever answers first ends it. Engine thread only.
 */
final class DegradedMode {
    private final PeerTable peers;
    private final Deadlines deadlines;
    private final DiscoveryListener listener;
    private @Nullable Long sinceNanos;

    DegradedMode(WalkContext context, DiscoveryListener listener) {
        this.peers = context.peers();
        this.deadlines = context.deadlines();
        this.listener = listener;
    }

    /** All were asked, and none has answered in time. */
    void nobodyAnswers() {
        if (sinceNanos == null && peers.confirmedCount() == 0) {
            sinceNanos = deadlines.nowNanos();
            listener.degraded();
        }
    }

    /** A bootstrap server has answered, or a peer is known. */
    void somebodyAnswers() {
        Long since = sinceNanos;
        if (since != null) {
            sinceNanos = null;
            listener.recovered(deadlines.nowNanos() - since);
        }
    }

    boolean isOn() {
        return sinceNanos != null;
    }
}
