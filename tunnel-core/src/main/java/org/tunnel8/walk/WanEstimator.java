package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.wire.IpAddress;

/**
 * Our own address as the outside sees it, by agreement of those who answered our requests (D19).
 *
 * <p>Each answer says where it was sent to. The latest word of each voter counts, one voter per IP address (per socket
 * address on loopback, where whole networks share one), and only that of at most {@link #MAX_VOTERS} recent ones. An
 * estimate needs the same IP from {@link #QUORUM} voters and from more than half of them, or from the {@link
 * PortVotes#LATEST} latest: so a minority of liars moves nothing, and a change of our address is followed before all who
 * saw the old one have been asked again. Addresses that only a LAN can see are no votes. Engine thread only.
 */
final class WanEstimator {
    /** Voters remembered; the one longest silent goes first. */
    static final int MAX_VOTERS = 32;

    /** Voters that must name the same IP. */
    static final int QUORUM = 2;

    /** A vote counts for this long: twice the refresh of 5 minutes, so that an address change is followed. */
    static final long VOTE_LIFE_NANOS = 600_000_000_000L;

    private final Votes votes = new Votes(MAX_VOTERS);

    /** What the votes come to, by address family, until one is added or grows old. */
    private Agreement ipv4 = Agreement.NONE;

    private Agreement ipv6 = Agreement.NONE;
    private InetAddress lastIp = IpAddress.UNSPECIFIED.address();

    private record Agreement(
            @Nullable InetSocketAddress address, PortVotes ports, boolean unanimous, long validUntilNanos) {
        /** Not counted yet. */
        static final Agreement NONE = new Agreement(null, PortVotes.NONE, false, Long.MIN_VALUE);
    }

    /**
     * Takes in what one responder says.
     *
     * @param responder where the answer came from, an address we had asked
     * @param reported where it says it sent the answer to
     */
    void vote(InetSocketAddress responder, InetSocketAddress reported, long nowNanos) {
        AddressScope scope = AddressScope.of(reported);
        AddressScope seenFrom = AddressScope.of(responder);
        if (scope == AddressScope.PRIVATE || !seenFrom.sees(scope)) {
            return;
        }
        Object voter = seenFrom == AddressScope.LOOPBACK ? responder : responder.getAddress();
        InetAddress ip = reported.getAddress();
        // Nearly all name the same: one object for it keeps the votes close together in memory.
        lastIp = ip.equals(lastIp) ? lastIp : ip;
        int at = votes.find(voter);
        InetAddress formerIp = at < 0 ? null : votes.ip(at);
        boolean again = ip.equals(formerIp) && votes.port(at) == reported.getPort();
        if (at >= 0) {
            votes.remove(at);
        } else if (votes.isFull()) {
            forget(votes.ip(0));
            votes.remove(0);
        }
        votes.add(voter, lastIp, reported.getPort(), nowNanos);
        if (!again || !agreement(ip).unanimous()) {
            forget(ip);
            forget(formerIp == null ? ip : formerIp);
        }
    }

    private Agreement agreement(InetAddress like) {
        return like instanceof Inet4Address ? ipv4 : ipv6;
    }

    private void forget(InetAddress like) {
        remember(like, Agreement.NONE);
    }

    private void remember(InetAddress like, Agreement counted) {
        if (like instanceof Inet4Address) {
            ipv4 = counted;
        } else {
            ipv6 = counted;
        }
    }

    /**
     * The agreed address, or null while there is no agreement. Its port is the one the latest voters agree on, else the
     * one named most often with that IP, which behind a symmetric NAT is a guess.
     *
     * @param like an address of the family that is asked for
     */
    @Nullable
    InetSocketAddress estimate(InetAddress like, long nowNanos) {
        return agreed(like, nowNanos).address();
    }

    /** What voters say of the port, those that name the agreed IP. */
    PortVotes ports(InetAddress like, long nowNanos) {
        return agreed(like, nowNanos).ports();
    }

    private Agreement agreed(InetAddress like, long nowNanos) {
        Agreement known = agreement(like);
        if (nowNanos >= known.validUntilNanos()) {
            known = count(like, nowNanos);
            remember(like, known);
        }
        return known;
    }

    private Agreement count(InetAddress like, long nowNanos) {
        int[] newestFirst = new int[votes.size()];
        int live = 0;
        long validUntilNanos = Long.MAX_VALUE;
        for (int at = votes.size() - 1; at >= 0; at--) {
            if (isLive(at, nowNanos) && votes.ip(at).getClass() == like.getClass()) {
                newestFirst[live++] = at;
                validUntilNanos = Math.min(validUntilNanos, votes.castNanos(at) + VOTE_LIFE_NANOS);
            }
        }
        InetAddress agreed = agreedIp(newestFirst, live);
        if (agreed == null) {
            return new Agreement(null, PortVotes.NONE, false, validUntilNanos);
        }
        int[] ports = new int[live];
        int named = 0;
        boolean onePort = true;
        for (int i = 0; i < live; i++) {
            if (votes.ip(newestFirst[i]).equals(agreed)) {
                ports[named++] = votes.port(newestFirst[i]);
                onePort &= ports[named - 1] == ports[0];
            }
        }
        PortVotes counted = PortVotes.of(ports, named);
        boolean unanimous = onePort && named == live;
        return new Agreement(new InetSocketAddress(agreed, counted.port()), counted, unanimous, validUntilNanos);
    }

    private @Nullable InetAddress agreedIp(int[] newestFirst, int live) {
        if (live >= PortVotes.LATEST) {
            InetAddress latest = votes.ip(newestFirst[0]);
            if (count(latest, newestFirst, PortVotes.LATEST) == PortVotes.LATEST) {
                return latest;
            }
        }
        // Whoever has more than half of the votes is left when votes for others are set off against his.
        InetAddress candidate = null;
        int lead = 0;
        for (int i = 0; i < live; i++) {
            InetAddress ip = votes.ip(newestFirst[i]);
            candidate = lead == 0 ? ip : candidate;
            lead += ip.equals(candidate) ? 1 : -1;
        }
        if (candidate == null) {
            return null;
        }
        int count = count(candidate, newestFirst, live);
        return count >= QUORUM && 2 * count > live ? candidate : null;
    }

    /** How many of the newest votes name an IP. */
    private int count(InetAddress ip, int[] newestFirst, int end) {
        int count = 0;
        for (int i = 0; i < end; i++) {
            count += votes.ip(newestFirst[i]).equals(ip) ? 1 : 0;
        }
        return count;
    }

    /** Tells whether the agreed address has this IP. */
    boolean isOwn(InetAddress ip, long nowNanos) {
        InetSocketAddress own = estimate(ip, nowNanos);
        return own != null && own.getAddress().equals(ip);
    }

    /** Tells whether anybody at all named this IP as ours lately; weaker than agreement, and enough to try a LAN address while there is none. */
    boolean wasReported(InetAddress ip, long nowNanos) {
        for (int at = 0; at < votes.size(); at++) {
            if (isLive(at, nowNanos) && votes.ip(at).equals(ip)) {
                return true;
            }
        }
        return false;
    }

    private boolean isLive(int at, long nowNanos) {
        return nowNanos - votes.castNanos(at) < VOTE_LIFE_NANOS;
    }

    TableSize table() {
        return new TableSize("votes on our address", votes.size(), MAX_VOTERS);
    }
}
