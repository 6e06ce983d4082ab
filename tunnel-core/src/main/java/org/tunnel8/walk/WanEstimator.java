package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** By voter, the longest silent first. */
    private final Map<Object, Vote> votes = new LinkedHashMap<>();

    /** What the votes come to, by address family, until one is added or grows old. */
    private Agreement ipv4 = Agreement.NONE;

    private Agreement ipv6 = Agreement.NONE;
    private InetAddress lastIp = IpAddress.UNSPECIFIED.address();

    private record Vote(InetAddress ip, int port, long castNanos) {}

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
        Vote former = votes.remove(voter);
        votes.put(voter, new Vote(lastIp, reported.getPort(), nowNanos));
        if (votes.size() > MAX_VOTERS) {
            Object oldest = votes.keySet().iterator().next();
            forget(Objects.requireNonNull(votes.remove(oldest)).ip());
        }
        boolean again = former != null && former.ip().equals(ip) && former.port() == reported.getPort();
        if (!again || !agreement(ip).unanimous()) {
            forget(ip);
            forget(former == null ? ip : former.ip());
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
        List<Vote> newestFirst = new ArrayList<>(votes.size());
        long validUntilNanos = Long.MAX_VALUE;
        for (Vote vote : votes.values()) {
            if (isLive(vote, nowNanos) && vote.ip().getClass() == like.getClass()) {
                newestFirst.add(vote);
                validUntilNanos = Math.min(validUntilNanos, vote.castNanos() + VOTE_LIFE_NANOS);
            }
        }
        Collections.reverse(newestFirst);
        InetAddress agreed = agreedIp(newestFirst);
        if (agreed == null) {
            return new Agreement(null, PortVotes.NONE, false, validUntilNanos);
        }
        List<Integer> ports = new ArrayList<>(newestFirst.size());
        boolean onePort = true;
        for (Vote vote : newestFirst) {
            if (vote.ip().equals(agreed)) {
                ports.add(vote.port());
                onePort &= vote.port() == ports.get(0);
            }
        }
        PortVotes counted = PortVotes.of(ports);
        boolean unanimous = onePort && ports.size() == newestFirst.size();
        return new Agreement(new InetSocketAddress(agreed, counted.port()), counted, unanimous, validUntilNanos);
    }

    private static @Nullable InetAddress agreedIp(List<Vote> newestFirst) {
        List<InetAddress> latest = new ArrayList<>(PortVotes.LATEST);
        // Whoever has more than half of the votes is left when votes for others are set off against his.
        InetAddress candidate = null;
        int lead = 0;
        for (Vote vote : newestFirst) {
            if (latest.size() < PortVotes.LATEST) {
                latest.add(vote.ip());
            }
            candidate = lead == 0 ? vote.ip() : candidate;
            lead += vote.ip().equals(candidate) ? 1 : -1;
        }
        if (PortVotes.agree(latest)) {
            return latest.get(0);
        }
        int count = 0;
        for (Vote vote : newestFirst) {
            count += vote.ip().equals(candidate) ? 1 : 0;
        }
        return count >= QUORUM && 2 * count > newestFirst.size() ? candidate : null;
    }

    /** Tells whether the agreed address has this IP. */
    boolean isOwn(InetAddress ip, long nowNanos) {
        InetSocketAddress own = estimate(ip, nowNanos);
        return own != null && own.getAddress().equals(ip);
    }

    /** Tells whether anybody at all named this IP as ours lately; weaker than agreement, and enough to try a LAN address. */
    boolean wasReported(InetAddress ip, long nowNanos) {
        for (Vote vote : votes.values()) {
            if (isLive(vote, nowNanos) && vote.ip().equals(ip)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLive(Vote vote, long nowNanos) {
        return nowNanos - vote.castNanos() < VOTE_LIFE_NANOS;
    }

    TableSize table() {
        return new TableSize("votes on our address", votes.size(), MAX_VOTERS);
    }
}
