package org.tunnel8.peer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Decides who leaves a full {@link PeerTable}.
 *
 * <p>The table has two kinds of places. Peers that we found by asking, or have been served by, can only be as many as we
 * like, so they may take all of it; of them one leaves from a network (/16, IPv6 /32) that holds more than its part, else
 * the one that is worth least by role and standing. Peers that came by themselves are as many as strangers like, so they
 * get half of the table at most; of them those go first that have not shown yet that they are where they say, those of
 * the network that holds most places before others, and none that is heard and alone in its network.
 */
final class EvictionRule {
    /** A network holds more than its part with more than this share of a full table. */
    private static final int FAIR_PARTS = 8;

    /** Who did not answer our question in this time after it came is likely not there. */
    private static final long UNPROVEN_NANOS = 10_000_000_000L;

    private final int capacity;
    private final int fairPart;

    EvictionRule(int capacity) {
        this.capacity = capacity;
        this.fairPart = Math.max(1, capacity / FAIR_PARTS);
    }

    boolean hasRoomFor(Peer newcomer, List<Peer> peers, long nowNanos) {
        if (peers.size() >= capacity) {
            return false;
        }
        if (newcomer.isSought() || peers.size() < capacity / 2) {
            return true;
        }
        int strangers = 0;
        for (Peer peer : peers) {
            strangers += isStranger(peer, nowNanos) ? 1 : 0;
        }
        return strangers < capacity / 2;
    }

    @Nullable
    Peer victimFor(Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        Victim victim = strangerFor(newcomer, peers, pinned, nowNanos);
        if (victim.peer == null && newcomer.isSought()) {
            victim = establishedFor(newcomer, peers, pinned, nowNanos);
        }
        return victim.peer;
    }

    /** Came by itself and is nothing to us yet. */
    private static boolean isStranger(Peer peer, long nowNanos) {
        return !peer.isSought() && !peer.reliability().hasServed(nowNanos);
    }

    private Victim strangerFor(Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        List<Peer> strangers =
                peers.stream().filter(peer -> isStranger(peer, nowNanos)).toList();
        Map<NetworkPrefix, Integer> crowds = Diversity.crowds(strangers);
        int newcomersCrowd = crowds.getOrDefault(newcomer.network(), 0) + 1;
        Victim victim = new Victim();
        for (Peer peer : strangers) {
            int crowd = crowds.getOrDefault(peer.network(), 0);
            // What may leave for somebody unproven: nobody who has proven to be there, unless its network takes too
            // much.
            boolean crowded = crowd > newcomersCrowd && (!peer.isConfirmed() || crowd > fairPart);
            boolean absent = !peer.isConfirmed() && nowNanos - peer.sinceNanos() >= UNPROVEN_NANOS;
            if (!pinned.contains(peer.key())
                    && (newcomer.isSought() || crowded || absent || isSilent(peer, nowNanos))) {
                victim.offer(peer, peer.isConfirmed() ? 1 : 0, -crowd, peer.lastHeardNanos());
            }
        }
        return victim;
    }

    private Victim establishedFor(Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        Map<NetworkPrefix, Integer> crowds = Diversity.crowds(peers);
        int newcomersCrowd = crowds.getOrDefault(newcomer.network(), 0) + 1;
        double newcomersWorth = worth(newcomer, nowNanos);
        Victim victim = new Victim();
        for (Peer peer : peers) {
            if (pinned.contains(peer.key())) {
                continue;
            }
            double worth = worth(peer, nowNanos);
            int crowd = crowds.getOrDefault(peer.network(), 0);
            boolean crowded = crowd > fairPart && crowd > newcomersCrowd && role(peer) <= role(newcomer);
            boolean mayTakeMore = newcomersCrowd <= fairPart || peer.network().equals(newcomer.network());
            boolean worse = worth < newcomersWorth || (worth == newcomersWorth && isSilent(peer, nowNanos));
            if (crowded || (mayTakeMore && worse)) {
                victim.offer(peer, crowded ? -crowd : 0, worth, peer.lastHeardNanos());
            }
        }
        return victim;
    }

    private static boolean isSilent(Peer peer, long nowNanos) {
        return nowNanos - peer.lastHeardNanos() >= PeerTable.SILENT_NANOS;
    }

    /** The role counts first, the standing in it second: between 0 and 3, and below 0 for a key that cannot be a hop. */
    private static double worth(Peer peer, long nowNanos) {
        Reliability reliability = peer.reliability();
        return switch (role(peer)) {
            case 2 -> 2 + reliability.score(PeerRole.EXIT, nowNanos);
            case 1 -> 1 + reliability.score(PeerRole.RELAY, nowNanos);
            case 0 -> reliability.score(PeerRole.INTRODUCTION, nowNanos);
            default -> -1;
        };
    }

    private static int role(Peer peer) {
        if (!peer.key().isTunnelCompatible()) {
            return -1;
        }
        if (peer.flags().has(PeerFlags.EXIT_BT)) {
            return 2;
        }
        return peer.flags().has(PeerFlags.RELAY) ? 1 : 0;
    }

    /** The peer with the least of three figures, compared one after the other. */
    private static final class Victim {
        private @Nullable Peer peer;
        private double first;
        private double second;
        private long third;

        void offer(Peer candidate, double itsFirst, double itsSecond, long itsThird) {
            boolean less = peer == null
                    || itsFirst < first
                    || (itsFirst == first && itsSecond < second)
                    || (itsFirst == first && itsSecond == second && itsThird < third);
            if (less) {
                peer = candidate;
                first = itsFirst;
                second = itsSecond;
                third = itsThird;
            }
        }
    }
}
