package org.tunnel8.walk;

import java.util.HashMap;
import java.util.Map;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TimerWheel;
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
    /** Peers are looked at in rounds. One that is silent is looked at late by a round at most. */
    private static final long ROUND_NANOS = 1_000_000_000L;

    /** A silent peer that was asked is looked at again in the next round. */
    private static final int LOOK_AGAIN_ROUNDS = 1;

    /** And one that was not asked after this time. */
    private static final long SPARE_NANOS = 5_000_000_000L;

    private static final int ROUNDS_AHEAD = (int) (PeerTable.SILENT_NANOS / ROUND_NANOS) + 1;

    private final PeerTable peers;
    private final Exchanges exchanges;
    private final DiscoveryPings pings;
    private final Deadlines deadlines;
    private final TimerWheel rounds;
    private final int wanted;
    private final Map<Peer, Watch> watches = new HashMap<>();
    private int confirmed;
    private int spared;
    private boolean running;

    PeerChurn(WalkContext context, Exchanges exchanges, DiscoveryPings pings) {
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.pings = pings;
        this.deadlines = context.deadlines();
        this.rounds = new TimerWheel(deadlines, ROUND_NANOS, ROUNDS_AHEAD);
        this.wanted = WalkPace.ceiling(context.settings().targetPeers());
        peers.addListener(new Arrivals());
    }

    private final class Arrivals implements PeerTable.Listener {
        @Override
        public void peerAdded(Peer peer) {
            confirmed += peer.isConfirmed() ? 1 : 0;
            watch(peer);
        }

        @Override
        public void peerConfirmed(Peer peer) {
            confirmed++;
        }

        @Override
        public void peerRemoved(Peer peer, RemovalReason reason) {
            confirmed -= peer.isConfirmed() ? 1 : 0;
            Watch watch = watches.remove(peer);
            if (watch != null) {
                watch.end();
            }
        }
    }

    void start() {
        running = true;
        peers.all().forEach(this::watch);
    }

    void stop() {
        running = false;
        watches.values().forEach(Watch::end);
        watches.clear();
    }

    private void watch(Peer peer) {
        if (running) {
            watches.put(peer, new Watch(peer));
        }
    }

    /** Looks at one peer when it has fallen silent, and again as long as it is. */
    private final class Watch extends TimerWheel.Timer {
        private final Peer peer;
        /** Not asked although it is silent, because there are more than enough. */
        private boolean spares;

        Watch(Peer peer) {
            this.peer = peer;
            rounds.setAt(this, deadlines.nowNanos() + PeerTable.SILENT_NANOS);
        }

        void end() {
            rounds.cancel(this);
            spare(false);
        }

        @Override
        protected void run() {
            peers.followIfMoved(peer);
            long silent = peers.silentNanos(peer);
            long now = deadlines.nowNanos();
            if (silent < PeerTable.SILENT_NANOS) {
                spare(false);
                rounds.setAt(this, now + PeerTable.SILENT_NANOS - silent);
            } else if (now - peer.lastHeardNanos() >= PeerTable.GONE_NANOS || !peer.isConfirmed()) {
                // Whose address was never proven is not asked again and again: it may be somebody else's.
                peers.remove(peer, RemovalReason.SILENT);
            } else {
                // Of those that are spared already, as many go on being spared as there are more than enough.
                spare(!isNeeded(peer) && spared < confirmed - wanted + (spares ? 1 : 0));
                if (spares) {
                    rounds.setAt(this, Math.min(now + SPARE_NANOS, peer.lastHeardNanos() + PeerTable.GONE_NANOS));
                } else {
                    probe(peer, now);
                    rounds.setIn(this, LOOK_AGAIN_ROUNDS);
                }
            }
        }

        private void spare(boolean yes) {
            spared += (yes ? 1 : 0) - (spares ? 1 : 0);
            spares = yes;
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
        } else if (now - latest.startedNanos() < 2 * ROUND_NANOS) {
            pings.send(peer.address());
        }
    }
}
