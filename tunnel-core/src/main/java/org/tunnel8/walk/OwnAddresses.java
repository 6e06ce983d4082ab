package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.IpAddress;

/**
 * What we know of our own addresses, and the rules that follow from it: which of them are told to whom, and which
 * addresses of others are worth a packet (PROTOCOL.md §4, D19). Engine thread only.
 */
final class OwnAddresses {
    private final InetSocketAddress local;
    private final Set<InetAddress> interfaces;
    private final Deadlines deadlines;
    private final WanEstimator wan = new WanEstimator();

    /**
     * @param local what the port is bound to; the IP may be the unspecified one
     * @param interfaces the addresses of this host's network interfaces, as far as known
     */
    OwnAddresses(InetSocketAddress local, Set<InetAddress> interfaces, Deadlines deadlines) {
        this.local = local;
        this.interfaces = Set.copyOf(interfaces);
        this.deadlines = deadlines;
    }

    /** Takes in what the answer of an asked address says about where it was sent to. */
    void reported(InetSocketAddress responder, InetSocketAddress reported) {
        wan.vote(responder, reported, deadlines.nowNanos());
    }

    /** Our address as the outside sees it, in the family of an address; null while there is no agreement. */
    @Nullable
    InetSocketAddress wanLike(InetAddress like) {
        return wan.estimate(like, deadlines.nowNanos());
    }

    /** What those who name the agreed WAN address of a family say of its port. */
    PortVotes portVotes(InetAddress like) {
        return wan.ports(like, deadlines.nowNanos());
    }

    /** Tells whether the agreed WAN address has this IP. */
    boolean hasWanIp(InetAddress ip) {
        return wan.isOwn(ip, deadlines.nowNanos());
    }

    /** The WAN address we tell somebody: the estimate or none. */
    IpAddress wanFor(InetSocketAddress target) {
        InetSocketAddress estimate = wanLike(target.getAddress());
        return estimate != null ? new IpAddress(estimate) : IpAddress.UNSPECIFIED;
    }

    /**
     * The LAN address we tell somebody: only those who share our WAN address or our network may have it (D19). If it is
     * our WAN address, it is no secret, and shows that anybody can reach us.
     */
    IpAddress lanFor(InetSocketAddress target) {
        InetSocketAddress seen = wanLike(target.getAddress());
        if (seen != null && isOwn(seen) && AddressScope.of(target) == AddressScope.PUBLIC) {
            return new IpAddress(seen);
        }
        InetSocketAddress lan = lan();
        boolean near =
                AddressScope.of(target) != AddressScope.PUBLIC || wan.isOwn(target.getAddress(), deadlines.nowNanos());
        return near && lan != null ? new IpAddress(lan) : IpAddress.UNSPECIFIED;
    }

    /** Where we are reached from within our own network; null if we do not know. IPv4, as LAN addresses are. */
    @Nullable
    InetSocketAddress lan() {
        if (!local.getAddress().isAnyLocalAddress()) {
            return local.getAddress() instanceof Inet4Address ? local : null;
        }
        InetAddress best = null;
        for (InetAddress ip : interfaces) {
            boolean better = ip instanceof Inet4Address
                    && !ip.isLoopbackAddress()
                    // Sets have no order: the smallest address makes the choice the same each run.
                    && (best == null || compare(ip, best) < 0);
            best = better ? ip : best;
        }
        return best == null ? null : new InetSocketAddress(best, local.getPort());
    }

    private static int compare(InetAddress one, InetAddress other) {
        return Arrays.compareUnsigned(one.getAddress(), other.getAddress());
    }

    /** Tells whether packets sent there would come back to us. */
    boolean isOwn(InetSocketAddress address) {
        if (address.getPort() != local.getPort()) {
            return false;
        }
        return address.equals(local) || (local.getAddress().isAnyLocalAddress() && isOnThisHost(address.getAddress()));
    }

    /** Tells whether an IP belongs to this host. */
    boolean isOnThisHost(InetAddress ip) {
        return interfaces.contains(ip) || ip.equals(local.getAddress());
    }

    /**
     * Tells whether our port can send to addresses of a family: one bound to an IPv4 address to IPv4 alone, one bound to
     * all IPv6 addresses to both, one bound to a single IPv6 address to IPv6.
     */
    boolean canSendTo(InetAddress ip) {
        boolean isIpv6Port = local.getAddress() instanceof Inet6Address;
        boolean takesBoth = isIpv6Port && local.getAddress().isAnyLocalAddress();
        return takesBoth || isIpv6Port == ip instanceof Inet6Address;
    }

    /** Tells whether an address from which something came can be asked in turn. */
    boolean canBeAsked(InetSocketAddress source) {
        return AddressScope.of(source) != AddressScope.NONE && !isOwn(source);
    }

    /** Tells whether an address of this scope can be told by somebody at that one, and is not our own. */
    boolean isCredible(InetSocketAddress address, InetSocketAddress teller) {
        return canSendTo(address.getAddress())
                && AddressScope.of(teller).sees(AddressScope.of(address))
                && !isOwn(address)
                && !address.equals(wanLike(address.getAddress()));
    }

    /**
     * The addresses to try for an introduced peer.
     *
     * @param introducedLan in the peer's own network; unspecified if not told
     * @param introducedWan as the introducer sees it; unspecified if nobody was introduced
     * @param introducer who tells
     * @return none, one or two addresses, the likelier first
     */
    List<InetSocketAddress> toTry(IpAddress introducedLan, IpAddress introducedWan, InetSocketAddress introducer) {
        InetSocketAddress peersLan = introducedLan.endpoint();
        InetSocketAddress peersWan = introducedWan.endpoint();
        long now = deadlines.nowNanos();
        boolean sharesWan = wan.isOwn(peersWan.getAddress(), now);
        // Once there is agreement a single word counts for nothing: by it a stranger would have us look round our LAN.
        boolean mayShareWan = sharesWan
                || (wan.estimate(peersWan.getAddress(), now) == null && wan.wasReported(peersWan.getAddress(), now));
        boolean hasLan = AddressScope.of(peersLan) != AddressScope.NONE;
        List<InetSocketAddress> addresses = new ArrayList<>(2);
        if (hasLan && isLanCredible(introducedLan, introducedWan, introducer, mayShareWan)) {
            addresses.add(peersLan);
        }
        boolean lanOnly = !addresses.isEmpty() && (sharesWan || peersLan.equals(peersWan));
        if (isCredible(peersWan, introducer) && !lanOnly) {
            addresses.add(peersWan);
        }
        InetSocketAddress ownLan = lan();
        if (sharesWan && !hasLan && ownLan != null && AddressScope.of(peersWan) == AddressScope.PUBLIC) {
            // Perhaps on this very host, behind a router that keeps port numbers and does not turn packets round.
            InetSocketAddress sameHost = new InetSocketAddress(ownLan.getAddress(), peersWan.getPort());
            if (!isOwn(sameHost)) {
                addresses.add(sameHost);
            }
        }
        return addresses;
    }

    /**
     * How a peer is introduced to somebody: its WAN address, and its LAN address if both share the WAN address (D19), or
     * our own view of it if it is on this host. For one that anybody can reach both are its WAN address, which tells so.
     *
     * @param peer where the peer's messages come from
     * @param peersLan its address in its own network, as it says
     * @param isPublic whether anybody can reach it
     * @param requester who is to hear of it
     * @return null if the requester cannot reach it by any address we could name
     */
    @Nullable
    Introduced introduced(
            InetSocketAddress peer,
            @Nullable InetSocketAddress peersLan,
            boolean isPublic,
            InetSocketAddress requester) {
        AddressScope near = AddressScope.of(requester);
        InetSocketAddress seen = peer;
        IpAddress toldLan = IpAddress.UNSPECIFIED;
        if (isOnThisHost(peer.getAddress())) {
            InetSocketAddress ours = wanLike(peer.getAddress());
            if (ours != null) {
                seen = new InetSocketAddress(ours.getAddress(), peer.getPort());
            }
            if (near != AddressScope.PUBLIC
                    && near.sees(AddressScope.of(peer))
                    && peer.getAddress() instanceof Inet4Address) {
                toldLan = new IpAddress(peer);
            }
        } else if (isPublic) {
            toldLan = new IpAddress(peer);
        } else if (peersLan != null && peer.getAddress().equals(requester.getAddress())) {
            toldLan = new IpAddress(peersLan);
        }
        if (!near.sees(AddressScope.of(seen))) {
            return toldLan.isUnspecified() ? null : new Introduced(toldLan, IpAddress.UNSPECIFIED);
        }
        return new Introduced(toldLan, new IpAddress(seen));
    }

    /** The two addresses an introduction names. */
    record Introduced(IpAddress lan, IpAddress wan) {}

    /** A LAN address is tried where the peer may sit in our network, not wherever a stranger likes (D19). */
    private boolean isLanCredible(
            IpAddress lan, IpAddress wanAddress, InetSocketAddress introducer, boolean mayShareWan) {
        if (isOwn(lan.endpoint()) || !lan.isIpv4()) {
            return false;
        }
        if (isCredible(lan.endpoint(), introducer)) {
            // The introducer is in our network or on our host, or the "LAN" address is a public one.
            return mayShareWan
                    || AddressScope.of(introducer) != AddressScope.PUBLIC
                    || AddressScope.of(wanAddress.endpoint()) == AddressScope.NONE;
        }
        return mayShareWan && AddressScope.of(lan.endpoint()) == AddressScope.PRIVATE;
    }

    TableSize table() {
        return wan.table();
    }
}
