package org.tunnel8;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * One entry of the peer table at a moment. Immutable. Tells neither address nor key (D12).
 *
 * @param label who it is: a label that holds for this run only, the same by which {@link CircuitStatus#path()} names hops
 * @param roles what it offers to others, by its newest introduction message
 * @param confirmed whether it has answered a request of ours; who has not is no candidate for a hop
 * @param reachable whether it answered when last asked
 * @param roundTrip smoothed round trip to it; zero before the first measurement
 * @param standing how likely it is to do its part next time, between 0 and 1, by evidence that fades (FR-018b): as an exit if it
 *     offers to be one, else as a relay, else in answering introduction requests; 0.5 while nothing is known
 * @param known time since it became known
 */
public record PeerStatus(
        String label,
        Set<Role> roles,
        boolean confirmed,
        boolean reachable,
        Duration roundTrip,
        double standing,
        Duration known) {

    /** What a peer offers (PROTOCOL.md §5). */
    public enum Role {
        /** Passes on cells of circuits. */
        RELAY(PeerFlags.RELAY),
        /** Sends BitTorrent traffic to the outside. */
        EXIT_BT(PeerFlags.EXIT_BT),
        /** Sends IPv8 traffic to the outside. */
        EXIT_IPV8(PeerFlags.EXIT_IPV8),
        /** Performs plain HTTP exchanges with trackers. */
        EXIT_HTTP(PeerFlags.EXIT_HTTP),
        /** Asks to be taken as an exit only where no other is left. */
        EXIT_BACKUP(PeerFlags.EXIT_BACKUP),
        /** Answers speed tests over circuits. */
        SPEED_TEST(PeerFlags.SPEED_TEST);

        private final int flag;

        Role(int flag) {
            this.flag = flag;
        }

        /**
         * Reads the flags of an introduction message.
         *
         * @param bits 16 bits; unassigned ones are left out
         * @return a new set
         */
        public static Set<Role> of(int bits) {
            EnumSet<Role> roles = EnumSet.noneOf(Role.class);
            for (Role role : values()) {
                if ((bits & role.flag) != 0) {
                    roles.add(role);
                }
            }
            return roles;
        }
    }

    /** Copies what could change. */
    public PeerStatus {
        roles = Set.copyOf(roles);
    }

    /**
     * Reads a peer table; for this library's own use.
     *
     * @param peers the table; engine thread only
     * @param nowNanos the time on the engine's clock
     * @return a new list
     */
    @SuppressWarnings("exports") // applications have no use for it, and the table's package stays theirs not to see
    public static List<PeerStatus> all(PeerTable peers, long nowNanos) {
        return peers.all().stream().map(peer -> of(peer, nowNanos)).toList();
    }

    private static PeerStatus of(Peer peer, long now) {
        return new PeerStatus(
                peer.key().toString(),
                Role.of(peer.flags().bits()),
                peer.isConfirmed(),
                peer.isReachable(),
                Duration.ofNanos(peer.rtt().smoothedNanos()),
                peer.standing(now),
                Duration.ofNanos(now - peer.sinceNanos()));
    }
}
