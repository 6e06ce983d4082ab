package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;

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

    private final Map<Object, Vote> votes = new LinkedHashMap<>();

    /** What the votes come to, by address family, until one is added or grows old. */
    private final Map<Class<?>, Agreement> agreements = new HashMap<>();

    private record Vote(InetSocketAddress reported, long castNanos) {}

    private record Agreement(@Nullable InetSocketAddress address, PortVotes ports, long validUntilNanos) {}

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
        agreements.clear();
        votes.remove(voter);
        votes.put(voter, new Vote(reported, nowNanos));
        if (votes.size() > MAX_VOTERS) {
            votes.remove(votes.keySet().iterator().next());
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
        Agreement known = agreements.get(like.getClass());
        if (known == null || nowNanos >= known.validUntilNanos()) {
            known = count(like, nowNanos);
            agreements.put(like.getClass(), known);
        }
        return known;
    }

    private Agreement count(InetAddress like, long nowNanos) {
        List<InetSocketAddress> newestFirst = new ArrayList<>();
        List<InetAddress> ips = new ArrayList<>();
        Map<InetAddress, Integer> counts = new HashMap<>();
        long validUntilNanos = Long.MAX_VALUE;
        for (Vote vote : votes.values()) {
            InetAddress ip = vote.reported().getAddress();
            if (isLive(vote, nowNanos) && ip.getClass() == like.getClass()) {
                newestFirst.add(0, vote.reported());
                ips.add(0, ip);
                counts.merge(ip, 1, Integer::sum);
                validUntilNanos = Math.min(validUntilNanos, vote.castNanos() + VOTE_LIFE_NANOS);
            }
        }
        InetAddress agreed = PortVotes.agree(ips) ? ips.get(0) : null;
        for (Map.Entry<InetAddress, Integer> entry : counts.entrySet()) {
            if (agreed == null && entry.getValue() >= QUORUM && 2 * entry.getValue() > ips.size()) {
                agreed = entry.getKey();
            }
        }
        if (agreed == null) {
            return new Agreement(null, PortVotes.NONE, validUntilNanos);
        }
        List<Integer> ports = new ArrayList<>();
        for (InetSocketAddress reported : newestFirst) {
            if (reported.getAddress().equals(agreed)) {
                ports.add(reported.getPort());
            }
        }
        PortVotes counted = PortVotes.of(ports);
        return new Agreement(new InetSocketAddress(agreed, counted.port()), counted, validUntilNanos);
    }

    /** Tells whether the agreed address has this IP. */
    boolean isOwn(InetAddress ip, long nowNanos) {
        InetSocketAddress own = estimate(ip, nowNanos);
        return own != null && own.getAddress().equals(ip);
    }

    /** Tells whether anybody at all named this IP as ours lately; weaker than agreement, and enough to try a LAN address. */
    boolean wasReported(InetAddress ip, long nowNanos) {
        for (Vote vote : votes.values()) {
            if (isLive(vote, nowNanos) && vote.reported().getAddress().equals(ip)) {
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
