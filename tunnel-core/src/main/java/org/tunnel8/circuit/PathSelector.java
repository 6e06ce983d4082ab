package org.tunnel8.circuit;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.Diversity;
import org.tunnel8.peer.NetworkPrefix;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Draws the hops of own circuits (PROTOCOL.md §8, FR-018b).
 *
 * <p>The exit is drawn first, then a first hop that is used least; these two must be known (D8), others need not:
 * behind a symmetric NAT whoever has a public address may be all one knows. Middle hops come from what the previous hop offers,
 * at random among those that may be used: the reference takes the first, which lets a hop lay out the path. Among equals
 * a better standing and steadier round trips are likelier, never certain, so that the unknown get their chance; a network
 * (/16, IPv6 /32) counts once, however many keys it has, and does not get both ends of a circuit if there is another.
 * Engine thread only.
 */
final class PathSelector {
    /** Keeps a peer of bad standing from never being tried again. */
    private static final double LEAST_WEIGHT = 0.02;
    /**
     * A score below this share of the best is passed over until it has faded: an unknown peer's never is, nor that of one
     * with a single failure beside peers that have not done much yet.
     */
    private static final double PROVEN_SHARE = 0.5;

    private final PeerTable peers;
    private final RandomGenerator random;

    /** The next hop of a circuit: whether the hop before offered it, and where it is if it did not. */
    record NextHop(PublicKey key, IpAddress address, boolean listed) {}

    PathSelector(PeerTable peers, RandomGenerator random) {
        this.peers = peers;
        this.random = random;
    }

    /**
     * Draws both ends of a circuit.
     *
     * @param hops hops it is to have
     * @param circuits circuits in use or being built
     * @return null if no exit or no first hop is known
     */
    @Nullable
    Path path(int hops, Iterable<Circuit> circuits) {
        return path(hops, circuits, usable(PeerFlags.EXIT_BT));
    }

    /**
     * Draws both ends of a circuit for HTTP exchanges; its exit carries data too if there is such a one.
     *
     * @param hops hops it is to have
     * @param circuits circuits in use or being built
     * @param avoided exits that are not wanted
     * @return null if no exit or no first hop is known
     */
    @Nullable
    Path httpPath(int hops, Iterable<Circuit> circuits, Set<PublicKey> avoided) {
        List<Peer> exits = usable(PeerFlags.EXIT_HTTP);
        exits.removeIf(peer -> avoided.contains(peer.key()));
        List<Peer> forData = new ArrayList<>(exits);
        forData.removeIf(peer -> !peer.flags().has(PeerFlags.EXIT_BT));
        return path(hops, circuits, forData.isEmpty() ? exits : forData);
    }

    /**
     * Tells whether an exit is known that performs HTTP exchanges.
     *
     * @param beside exits that do not count
     * @return true if there is any other
     */
    boolean knowsHttpExit(Set<PublicKey> beside) {
        return usable(PeerFlags.EXIT_HTTP).stream().anyMatch(peer -> !beside.contains(peer.key()));
    }

    private @Nullable Path path(int hops, Iterable<Circuit> circuits, List<Peer> exits) {
        Map<PublicKey, Integer> firstUses = new HashMap<>();
        Map<PublicKey, Integer> exitUses = new HashMap<>();
        for (Circuit circuit : circuits) {
            firstUses.merge(circuit.path().first().key(), 1, Integer::sum);
            exitUses.merge(circuit.path().exit().key(), 1, Integer::sum);
        }
        Peer exit = draw(leastUsed(proven(exits, PeerRole.EXIT), exitUses), PeerRole.EXIT);
        if (exit == null) {
            return null;
        }
        if (hops == 1) {
            return new Path(1, exit, exit);
        }
        List<Peer> relays = usable(PeerFlags.RELAY);
        relays.removeIf(peer -> peer.key().equals(exit.key()));
        // Exits are scarce and carry the last hop of every circuit: they serve as first hop only where no other can.
        List<Peer> plain = new ArrayList<>(relays);
        plain.removeIf(peer -> peer.flags().has(PeerFlags.EXIT_BT));
        List<Peer> firsts = elsewhere(exit, proven(plain.isEmpty() ? relays : plain, PeerRole.RELAY));
        Peer first = draw(leastUsed(firsts, firstUses), PeerRole.RELAY);
        return first == null ? null : new Path(hops, first, exit);
    }

    /**
     * Tells whether a path of some length can be drawn now.
     *
     * @param hops its hops
     * @return true if enough candidates are known
     */
    boolean hasCandidates(int hops) {
        return path(hops, List.of()) != null;
    }

    /**
     * Draws the next hop of a circuit that is being built.
     *
     * @param circuit the circuit
     * @param offered what its last hop offers
     * @param ownKey this node's key
     * @return null if there is nobody to extend to
     */
    @Nullable
    NextHop next(Circuit circuit, CandidateList offered, PublicKey ownKey) {
        PublicKey exit = circuit.path().exit().key();
        if (circuit.hops() == circuit.goalHops() - 1) {
            Peer known = peers.byKey(exit);
            IpAddress address = new IpAddress((known == null ? circuit.path().exit() : known).address());
            return new NextHop(
                    exit,
                    address,
                    offered.relays().contains(exit) || offered.exits().contains(exit));
        }
        Set<PublicKey> taken = new HashSet<>(circuit.hopKeys());
        taken.add(exit);
        taken.add(ownKey);
        PublicKey listed = drawKey(offered.relays(), taken);
        if (listed == null) {
            listed = drawKey(offered.exits(), taken);
        }
        if (listed != null) {
            return new NextHop(listed, IpAddress.UNSPECIFIED, true);
        }
        List<Peer> own = usable(PeerFlags.RELAY);
        own.removeIf(peer -> taken.contains(peer.key()));
        Peer drawn = draw(own, PeerRole.RELAY);
        return drawn == null ? null : new NextHop(drawn.key(), new IpAddress(drawn.address()), false);
    }

    private List<Peer> usable(int flag) {
        List<Peer> usable = new ArrayList<>(peers.candidates(flag));
        // Tunnel control runs over IPv4 only (PROTOCOL.md §13).
        usable.removeIf(peer -> !(peer.address().getAddress() instanceof Inet4Address));
        return usable;
    }

    /** Those whose standing does not fall far behind the best: who never serves is always among the least used. */
    private List<Peer> proven(List<Peer> candidates, PeerRole role) {
        double best = 0;
        for (Peer peer : candidates) {
            best = Math.max(best, peers.scoreOf(peer.key(), role));
        }
        List<Peer> proven = new ArrayList<>();
        for (Peer peer : candidates) {
            if (peers.scoreOf(peer.key(), role) >= PROVEN_SHARE * best) {
                proven.add(peer);
            }
        }
        return proven;
    }

    /** Those in another network than the exit, if there are any: one hand should not hold both ends. */
    private static List<Peer> elsewhere(Peer exit, List<Peer> candidates) {
        List<Peer> elsewhere = new ArrayList<>(candidates);
        elsewhere.removeIf(peer -> peer.network().equals(exit.network()));
        return elsewhere.isEmpty() ? candidates : elsewhere;
    }

    private static List<Peer> leastUsed(List<Peer> candidates, Map<PublicKey, Integer> uses) {
        int least = Integer.MAX_VALUE;
        for (Peer peer : candidates) {
            least = Math.min(least, uses.getOrDefault(peer.key(), 0));
        }
        List<Peer> rarest = new ArrayList<>();
        for (Peer peer : candidates) {
            if (uses.getOrDefault(peer.key(), 0) == least) {
                rarest.add(peer);
            }
        }
        return rarest;
    }

    private @Nullable Peer draw(List<Peer> candidates, PeerRole role) {
        Map<NetworkPrefix, Integer> crowds = Diversity.crowds(candidates);
        double total = 0;
        for (Peer peer : candidates) {
            total += weight(peer, role, crowds);
        }
        double mark = random.nextDouble() * total;
        for (Peer peer : candidates) {
            mark -= weight(peer, role, crowds);
            if (mark < 0) {
                return peer;
            }
        }
        return candidates.isEmpty() ? null : candidates.get(candidates.size() - 1);
    }

    private @Nullable PublicKey drawKey(List<PublicKey> offered, Set<PublicKey> taken) {
        List<PublicKey> usable = new ArrayList<>();
        double total = 0;
        for (PublicKey key : offered) {
            if (key.isTunnelCompatible() && !taken.contains(key)) {
                usable.add(key);
                total += weight(key, PeerRole.RELAY);
            }
        }
        double mark = random.nextDouble() * total;
        for (PublicKey key : usable) {
            mark -= weight(key, PeerRole.RELAY);
            if (mark < 0) {
                return key;
            }
        }
        return usable.isEmpty() ? null : usable.get(usable.size() - 1);
    }

    /** A network counts once, however many keys it has. */
    private double weight(Peer peer, PeerRole role, Map<NetworkPrefix, Integer> crowds) {
        return weight(peer.key(), role) / crowds.getOrDefault(peer.network(), 1);
    }

    private double weight(PublicKey key, PeerRole role) {
        double score = peers.scoreOf(key, role);
        Peer known = peers.byKey(key);
        double steadiness = known == null ? 1 : known.rtt().steadiness();
        return Math.max(LEAST_WEIGHT, score * score * steadiness);
    }
}
