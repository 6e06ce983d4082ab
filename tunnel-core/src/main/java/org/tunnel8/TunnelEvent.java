package org.tunnel8;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What happens in a client or node, told to the listener given to its builder, on its own callback thread. */
public sealed interface TunnelEvent {
    /**
     * A circuit can be used.
     *
     * @param hops its hops
     * @param buildTime how long building took
     */
    record CircuitReady(int hops, Duration buildTime) implements TunnelEvent {}

    /**
     * A circuit has ended, or could not be built.
     *
     * @param hops the hops it had
     * @param reason why, as a word
     * @param wasReady whether it could be used before
     */
    record CircuitClosed(int hops, String reason, boolean wasReady) implements TunnelEvent {}

    /**
     * Flows have left a circuit that failed, for another or, if there is none, until another is ready. Their partners hear
     * from another exit from now on; datagrams that were under way may be lost.
     *
     * @param flows how many
     * @param reason why, as a word: how the circuit ended, or is about to
     */
    record FlowsMoved(int flows, String reason) implements TunnelEvent {}

    /**
     * The client can be used: its first circuit, or the first after a lack, is ready.
     *
     * @param since time since the start, or since circuits were lacking
     */
    record Ready(Duration since) implements TunnelEvent {}

    /** No circuit is ready any more: nothing can be sent until another is. */
    record Unavailable() implements TunnelEvent {}

    /**
     * The reason has changed for which the client cannot be used, or nothing be sent. Looked at each second while there is one.
     *
     * @param trouble what it is now; empty if nothing stands in the way any more
     */
    record TroubleChanged(Optional<TunnelTrouble> trouble) implements TunnelEvent {}

    /**
     * The number of known peers has changed.
     *
     * @param peers how many are known now
     */
    record PeersChanged(int peers) implements TunnelEvent {}

    /**
     * Datagrams cannot be sent, and trying again has not helped.
     *
     * @param reason what the system says, as a word
     * @param datagrams how many were lost since the last such event
     */
    record SendFailing(String reason, long datagrams) implements TunnelEvent {}

    /**
     * The system has taken the UDP port away: nothing is sent or received any more. Close this client or node and build
     * another.
     */
    record PortLost() implements TunnelEvent {}

    /**
     * There is no way into the network, so that anonymous routing is unavailable: no peer is known, and neither bootstrap
     * servers nor remembered peers answer. They are asked again every 30 seconds (edge case 1).
     *
     * @param reason who does not answer, in a sentence for the user
     */
    record Degraded(String reason) implements TunnelEvent {}

    /**
     * Somebody answers again after {@link Degraded}; peers and circuits can follow.
     *
     * @param after time since then
     */
    record Recovered(Duration after) implements TunnelEvent {}

    /**
     * The file of remembered peers is damaged, or cannot be read or written. All goes on without what is lost.
     *
     * @param reason what is wrong, in a sentence for the user
     */
    record MemoryTrouble(String reason) implements TunnelEvent {}

    /**
     * What stands between us and the Internet was told, or has changed (edge case 2).
     *
     * @param nat what it is now; {@link NatStatus#explanation()} says it for the user
     */
    record NatChanged(NatStatus nat) implements TunnelEvent {}

    /**
     * More than half of the peers behind NATs that were introduced to us could not be reached (edge case 2). With few peers
     * known, anonymous routing may be slow to start or unavailable.
     *
     * @param nat what is known of the NAT, and how many punctures failed
     */
    record PuncturesFailing(NatStatus nat) implements TunnelEvent {}

    /**
     * After {@link PuncturesFailing}, most peers behind NATs can be reached again.
     *
     * @param nat what is known of the NAT, and how many punctures failed
     */
    record PuncturesRecovered(NatStatus nat) implements TunnelEvent {}

    /**
     * The user's consent is in force: where there is no circuit, traffic may go directly and show this machine's own address
     * (FR-022). Tell the user as long as that is so.
     *
     * @param consent what it is for
     * @param until when it ends at the latest
     */
    record DirectConnectionsAllowed(DirectConsent consent, Instant until) implements TunnelEvent {}

    /**
     * Traffic really goes directly under a lease, for the first time. {@link TunnelStatus#direct()} counts on.
     *
     * @param scope which kind
     */
    record DirectConnectionsUsed(DirectConsent.Scope scope) implements TunnelEvent {}

    /**
     * After {@link DirectConnectionsAllowed}, nothing goes directly under that consent any more.
     *
     * @param consent what it was for
     * @param reason why
     */
    record DirectConnectionsEnded(DirectConsent consent, Reason reason) implements TunnelEvent {
        /** Why a lease has ended. */
        public enum Reason {
            /** Its time was over. */
            EXPIRED,
            /** It was taken back. */
            REVOKED,
            /** The client was closed. */
            CLOSED
        }
    }

    /**
     * What a node carries for others in a month is used up: it serves nobody until the next begins.
     *
     * @param bytesPerMonth how much that was
     * @param renewal when the next month begins, in UTC
     */
    record QuotaUsedUp(long bytesPerMonth, Instant renewal) implements TunnelEvent {}

    /**
     * After {@link QuotaUsedUp}, a month has begun, and others are served again.
     *
     * @param bytesPerMonth how much is carried for them
     */
    record QuotaRenewed(long bytesPerMonth) implements TunnelEvent {}

    /**
     * The file with the account of a quota is damaged, or cannot be read or written. In the first two cases nothing is
     * carried for others.
     *
     * @param reason what is wrong and what to do, in a sentence for the user
     */
    record QuotaTrouble(String reason) implements TunnelEvent {}
}
