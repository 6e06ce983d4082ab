package org.tunnel8.peer;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Decides who leaves a full {@link PeerTable}.
 *
 * <p>The table has two kinds of places. Peers that answered a request of ours can only be as many as we asked, so they
 * may take all of it; of them the one that is worth least leaves, by role and standing. Peers that only sent requests
 * are as many as strangers like, so they get half of the table at most; of them one leaves from the network (/16, IPv6
 * /32) that holds most places, else one that has fallen silent, else none.
 */
final class EvictionRule {
    private static final int IPV4_NETWORK_BYTES = 2;
    private static final int IPV6_NETWORK_BYTES = 4;

    private final int capacity;

    EvictionRule(int capacity) {
        this.capacity = capacity;
    }

    boolean hasRoomFor(Peer newcomer, List<Peer> peers) {
        if (peers.size() >= capacity) {
            return false;
        }
        if (newcomer.isConfirmed()) {
            return true;
        }
        int unconfirmed = 0;
        for (Peer peer : peers) {
            unconfirmed += peer.isConfirmed() ? 0 : 1;
        }
        return unconfirmed < capacity / 2;
    }

    @Nullable
    Peer victimFor(Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        Peer victim = unconfirmedVictim(newcomer, peers, pinned, nowNanos);
        return victim == null && newcomer.isConfirmed() ? confirmedVictim(newcomer, peers, pinned, nowNanos) : victim;
    }

    private static @Nullable Peer unconfirmedVictim(
            Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        Map<Integer, Integer> crowd = new HashMap<>();
        for (Peer peer : peers) {
            if (!peer.isConfirmed()) {
                crowd.merge(network(peer), 1, Integer::sum);
            }
        }
        int newcomersCrowd = crowd.getOrDefault(network(newcomer), 0) + 1;
        Peer victim = null;
        int victimsCrowd = 0;
        for (Peer peer : peers) {
            if (peer.isConfirmed() || pinned.contains(peer.key())) {
                continue;
            }
            int size = crowd.getOrDefault(network(peer), 0);
            boolean crowded = newcomer.isConfirmed() || size > newcomersCrowd;
            boolean silent = nowNanos - peer.lastHeardNanos() >= PeerTable.SILENT_NANOS;
            if (!crowded && !silent) {
                continue;
            }
            boolean worse = victim == null
                    || size > victimsCrowd
                    || (size == victimsCrowd && peer.lastHeardNanos() < victim.lastHeardNanos());
            if (worse) {
                victim = peer;
                victimsCrowd = size;
            }
        }
        return victim;
    }

    private static @Nullable Peer confirmedVictim(
            Peer newcomer, List<Peer> peers, Set<PublicKey> pinned, long nowNanos) {
        Peer victim = null;
        double least = worth(newcomer, nowNanos);
        for (Peer peer : peers) {
            if (pinned.contains(peer.key())) {
                continue;
            }
            double worth = worth(peer, nowNanos);
            boolean silent = nowNanos - peer.lastHeardNanos() >= PeerTable.SILENT_NANOS;
            if (worth < least || (worth == least && victim == null && silent)) {
                victim = peer;
                least = worth;
            }
        }
        return victim;
    }

    /** The role counts first, the standing in it second: between 0 and 3, and below 0 for a key that cannot be a hop. */
    private static double worth(Peer peer, long nowNanos) {
        if (!peer.key().isTunnelCompatible()) {
            return -1;
        }
        Reliability reliability = peer.reliability();
        if (peer.flags().has(PeerFlags.EXIT_BT)) {
            return 2 + reliability.score(PeerRole.EXIT, nowNanos);
        }
        if (peer.flags().has(PeerFlags.RELAY)) {
            return 1 + reliability.score(PeerRole.RELAY, nowNanos);
        }
        return reliability.score(PeerRole.INTRODUCTION, nowNanos);
    }

    private static int network(Peer peer) {
        InetAddress ip = peer.address().getAddress();
        byte[] bytes = ip.getAddress();
        int prefix = bytes.length == 4 ? IPV4_NETWORK_BYTES : IPV6_NETWORK_BYTES;
        return Arrays.hashCode(Arrays.copyOf(bytes, prefix));
    }
}
