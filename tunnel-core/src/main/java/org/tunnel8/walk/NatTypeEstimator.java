package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;

/**
 * Tells what kind of NAT we are behind (edge case 2): from the port that each of those we asked says it sees, and, where
 * too few say anything, from how handshakes went that needed a puncture.
 *
 * <pre>
 * what the latest {@value PortVotes#MOST} voters see         | type
 * -----------------------------------------------------------+------------------------------------------
 * most of them, or the latest {@value PortVotes#LATEST}: one port, and we are bound to it | OPEN
 * the same, and we are bound elsewhere                       | CONE
 * three or more, and two ports or more for every three       | SYMMETRIC
 * anything else with two or more voters                      | as before
 * fewer than two voters, {@value #MIN_PUNCTURES} punctures or more | SYMMETRIC if more than half failed, else CONE
 * anything else                                              | UNKNOWN
 * </pre>
 *
 * <p>A few liars move nothing: they would have to be half of the latest voters. Nor does a mapping that has changed: who
 * was asked before the change sees one port, who was asked after it another, and neither is a port for everybody. A
 * firewall that rewrites nothing counts as OPEN: from within it looks the same. IPv4 only; elsewhere there is hardly any
 * NAT. Engine thread only.
 */
final class NatTypeEstimator {
    /** Fewer punctures say nothing of their share. */
    static final int MIN_PUNCTURES = 10;

    private static final int MIN_VOTERS = 2;
    private static final int MIN_VOTERS_FOR_SYMMETRIC = 3;

    /** Failing begins above this share (edge case 2) ... */
    private static final int FAILING_PERCENT = 50;

    /** ... and ends at or below this one, so that a share near the first does not change things all the time. */
    private static final int RECOVERED_PERCENT = 40;

    private static final InetAddress IPV4 = IpAddress.UNSPECIFIED.address();

    private final OwnAddresses own;
    private final Deadlines deadlines;
    private final DiscoveryListener listener;
    private final PunctureRecord punctures = new PunctureRecord();
    private NatType type = NatType.UNKNOWN;
    private boolean failing;
    private @Nullable InetAddress wanIp;

    NatTypeEstimator(OwnAddresses own, Deadlines deadlines, DiscoveryListener listener) {
        this.own = own;
        this.deadlines = deadlines;
        this.listener = listener;
    }

    /** What we are behind, as far as is known. */
    NatType type() {
        return type;
    }

    /** Tells whether only those are worth a walk whom anybody reaches: relay-only mode (edge case 2). */
    boolean isRelayOnly() {
        return type == NatType.SYMMETRIC;
    }

    /** What we say of ourselves in our messages (PROTOCOL.md §4). */
    ConnectionType connectionType() {
        return switch (type) {
            case OPEN -> ConnectionType.PUBLIC;
            case SYMMETRIC -> ConnectionType.SYMMETRIC_NAT;
            case CONE, UNKNOWN -> ConnectionType.UNKNOWN;
        };
    }

    /** Tells whether more than half of the punctures failed lately, of enough to tell. */
    boolean isFailing() {
        return failing;
    }

    /** What the type was told from. */
    NatEvidence evidence() {
        long now = deadlines.nowNanos();
        PortVotes votes = own.portVotes(IPV4);
        return new NatEvidence(
                votes.voters(),
                votes.agreeing(),
                votes.ports(),
                isBoundThere(),
                punctures.attempts(now),
                punctures.failures(now));
    }

    /** Somebody has told how he sees us. */
    void voted() {
        InetSocketAddress estimate = own.wanLike(IPV4);
        InetAddress ip = estimate == null ? null : estimate.getAddress();
        if (ip != null && !ip.equals(wanIp)) {
            if (wanIp != null) {
                punctures.clear();
            }
            wanIp = ip;
        }
        conclude();
    }

    /**
     * A handshake with an introduced peer has ended that needed a puncture.
     *
     * @param introducer who introduced the peer
     */
    void punctured(InetAddress introducer, boolean succeeded) {
        punctures.add(introducer, succeeded, deadlines.nowNanos());
        conclude();
    }

    private void conclude() {
        NatType concluded = conclusion();
        boolean changed = concluded != type;
        type = concluded;
        if (changed) {
            listener.natTypeChanged(type, evidence());
        }
        boolean nowFailing = shareIsAbove(failing ? RECOVERED_PERCENT : FAILING_PERCENT);
        if (nowFailing != failing) {
            failing = nowFailing;
            listener.puncturesFailing(failing, evidence());
        }
    }

    private NatType conclusion() {
        PortVotes votes = own.portVotes(IPV4);
        if (votes.voters() < MIN_VOTERS) {
            return byPunctures();
        }
        if (votes.agreed()) {
            return isBoundThere() ? NatType.OPEN : NatType.CONE;
        }
        if (votes.voters() >= MIN_VOTERS_FOR_SYMMETRIC && 3 * votes.ports() >= 2 * votes.voters()) {
            return NatType.SYMMETRIC;
        }
        return type;
    }

    private NatType byPunctures() {
        if (punctures.attempts(deadlines.nowNanos()) < MIN_PUNCTURES) {
            return NatType.UNKNOWN;
        }
        return shareIsAbove(FAILING_PERCENT) ? NatType.SYMMETRIC : NatType.CONE;
    }

    private boolean shareIsAbove(int percent) {
        long now = deadlines.nowNanos();
        int attempts = punctures.attempts(now);
        return attempts >= MIN_PUNCTURES && 100 * punctures.failures(now) > percent * attempts;
    }

    private boolean isBoundThere() {
        InetSocketAddress estimate = own.wanLike(IPV4);
        return estimate != null && own.isOwn(estimate);
    }

    TableSize table() {
        return punctures.table();
    }
}
