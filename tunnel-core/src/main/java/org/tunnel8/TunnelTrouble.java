package org.tunnel8;

import java.time.Duration;

/**
 * Why a client cannot be used. Immutable. {@code docs/status.md} says by what each reason is told, and within what time.
 *
 * @param kind the reason, from a closed set: what to switch on
 * @param sentence the reason for the user, with the figures that tell; without addresses (D12)
 * @param remedy what is being done about it, or what the user can do, in a sentence
 * @param since for how long it has been this reason
 * @param facts what is known
 */
public record TunnelTrouble(Kind kind, String sentence, String remedy, Duration since, Facts facts) {
    /** The reasons. Where several hold, the one that comes first on the way to a circuit is told. */
    public enum Kind {
        /** The client has not been started, or is binding its ports. */
        NOT_STARTED,
        /** Nothing is wrong: peers are known, and circuits are being built. */
        BUILDING,
        /** Too few peers are known, and no bootstrap server has answered. */
        NO_BOOTSTRAP_SERVER,
        /** Too few peers are known, though there is a way into the network. */
        TOO_FEW_PEERS,
        /** No exit is known that may be used. */
        NO_EXIT,
        /** Nobody is known who could be the first hop, or none of those that were asked is there. */
        NO_FIRST_HOP,
        /** Circuits come as far as the exit, and exits do not join them. */
        EXITS_REFUSE,
        /** Too few peers, or no first hop, since the NAT lets hardly any peer through. */
        NAT_TOO_STRICT,
        /** Relays are there and do not join circuits: all their places are taken. */
        CAPACITY_FULL,
        /** No port can be bound, the system sends nothing over ours, or has taken it away. */
        PORT_TROUBLE,
        /** The client is closed. */
        CLOSED
    }

    /**
     * What is known while a client cannot be used. Immutable.
     *
     * @param peers peers known
     * @param minPeers peers that are asked for before circuits are built
     * @param exits exits among them that may be used
     * @param firstHops peers among them that could be the first hop
     * @param failedAtFirstHop attempts to build a circuit, of the last half minute, that failed at the first hop or wait there
     *     for too long
     * @param failedBetween the same at a hop between the first and the exit
     * @param failedAtExit the same at the exit
     * @param failedWithoutHop the same since nobody was known to extend to
     * @param unsent datagrams that could not be sent since sending last worked
     * @param bootstrap how entering the network goes
     * @param nat what the client is behind
     */
    public record Facts(
            int peers,
            int minPeers,
            int exits,
            int firstHops,
            int failedAtFirstHop,
            int failedBetween,
            int failedAtExit,
            int failedWithoutHop,
            long unsent,
            BootstrapStatus bootstrap,
            NatStatus nat) {
        static final Facts NONE = new Facts(0, 0, 0, 0, 0, 0, 0, 0, 0, BootstrapStatus.NOT_BEGUN, NatStatus.NOT_BEGUN);

        /**
         * All attempts to build a circuit that came to nothing lately.
         *
         * @return zero or more
         */
        public int failed() {
            return failedAtFirstHop + failedBetween + failedAtExit + failedWithoutHop;
        }
    }
}
