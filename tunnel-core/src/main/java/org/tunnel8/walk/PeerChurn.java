package org.tunnel8.walk;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Asks silent peers for a sign of life and drops those that give none (PROTOCOL.md §4: 27.5 s and 57.5 s).
 *
 * <p>A silent peer gets an introduction request that wants nobody introduced. Its signed answer renews what it says of
 * itself and what it sees of us; the request keeps the way through NATs open and is our own sign of life to the peer. If no
 * answer comes, it gets a ping of the discovery overlay as well, which a peer of the reference answers even when it knows
 * more peers than it wants and ignores requests.
 *
 * <p>Only so many are kept that way as are wanted, besides exits and peers in use. The others stay while they keep us: of
 * two that have more than enough, neither needs the other. Engine thread only.
 */
final class PeerChurn {
    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final PeerTable peers;
    private final Exchanges exchanges;
    private final DiscoveryPings pings;
    private final Deadlines deadlines;
    private final int wanted;
    private @Nullable Deadline nextSweep;

    PeerChurn(WalkContext context, Exchanges exchanges, DiscoveryPings pings) {
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.pings = pings;
        this.deadlines = context.deadlines();
        this.wanted = WalkPace.ceiling(context.settings().targetPeers());
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
        int confirmed = 0;
        List<Peer> silent = new ArrayList<>();
        for (Peer peer : peers.all()) {
            peers.followIfMoved(peer);
            confirmed += peer.isConfirmed() ? 1 : 0;
            if (peers.silentNanos(peer) >= PeerTable.SILENT_NANOS) {
                silent.add(peer);
            }
        }
        int surplus = Math.max(0, confirmed - wanted);
        for (Peer peer : silent) {
            if (now - peer.lastHeardNanos() >= PeerTable.GONE_NANOS || !peer.isConfirmed()) {
                // Whose address was never proven is not asked again and again: it may be somebody else's.
                peers.remove(peer, RemovalReason.SILENT);
            } else if (isNeeded(peer) || surplus-- <= 0) {
                probe(peer, now);
            }
        }
    }

    private boolean isNeeded(Peer peer) {
        return peers.isPinned(peer.key()) || (peer.isConfirmed() && peer.flags().has(PeerFlags.EXIT_BT));
    }

    private void probe(Peer peer, long now) {
        Exchange latest = exchanges.with(peer.address());
        if (latest == null || !latest.handshake().isUnderWay()) {
            // An unanswered exchange stays for 10 s, which makes that the time between probes.
            exchanges.start(Purpose.PROBE, WalkTarget.ofKnown(peer));
        } else if (now - latest.startedNanos() < 2 * SWEEP_NANOS) {
            pings.send(peer.address());
        }
    }
}
