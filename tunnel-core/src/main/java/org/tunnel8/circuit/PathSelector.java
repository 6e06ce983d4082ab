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
import org.tunnel8.peer.NetworkPrefix;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Chooses the hops of own circuits (PROTOCOL.md §8, FR-018b).
 *
 * <p>The exit is drawn first, of those that leave somebody to begin with, then a first hop; these two must be known
 * (D8), others need not: behind a symmetric NAT whoever has a public address may be all one knows. Middle hops come
 * from what the previous hop offers, at random among those that may be used: the reference takes the first, which lets
 * a hop lay out the path. Each is drawn among those that fewest of our circuits use, so that a standby shares no relay
 * and no exit with the primary while others are to be had; no key is twice in a circuit, and no network (/16, IPv6
 * /32) where there is a choice. {@link HopDraw} says who is likelier among equals. Engine thread only.
 */
final class PathSelector {
    private final PeerTable peers;
    private final RandomGenerator random;
    private final HopRules rules;
    private final TriedHops tried;

    /** The next hop of a circuit: whether the hop before offered it, and where it is if it did not. */
    record NextHop(
            PublicKey key,
            IpAddress address,
            boolean listed,
            @Nullable HopChoice choice) {}

    PathSelector(PeerTable peers, RandomGenerator random, HopRules rules, TriedHops tried) {
        this.peers = peers;
        this.random = random;
        this.rules = rules;
        this.tried = tried;
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
        return path(hops, circuits, Need.USUAL);
    }

    /**
     * Draws both ends of a circuit.
     *
     * @param hops hops it is to have
     * @param circuits circuits in use or being built
     * @param need how urgent it is
     * @return null if no exit or no first hop is known
     */
    @Nullable
    Path path(int hops, Iterable<Circuit> circuits, Need need) {
        return path(hops, circuits, usable(PeerFlags.EXIT_BT), Set.of(), need);
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
        List<Peer> forData = new ArrayList<>(exits);
        forData.removeIf(peer -> !peer.flags().has(PeerFlags.EXIT_BT) || avoided.contains(peer.key()));
        return path(hops, circuits, forData.isEmpty() ? exits : forData, avoided, Need.USUAL);
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

    private @Nullable Path path(
            int hops, Iterable<Circuit> circuits, List<Peer> exits, Set<PublicKey> avoided, Need need) {
        Map<PublicKey, Integer> uses = uses(circuits);
        Set<PublicKey> silent = silent(circuits);
        HopDraw toExit = HopDraw.ofPeers(peers, "exit", PeerRole.EXIT, exits)
                .without(avoided)
                .permittedBy(rules)
                .ratherUntried(tried, silent);
        if (hops > 1) {
            HopDraw firstHops = firstHops(Set.of(), silent);
            toExit.rather(firstHops::hasAnotherThan).rather(firstHops::hasOneOutsideNetworkOf);
        }
        HopDraw.Drawn exit = toExit
                // Who lends his line for the last hop only where nobody else does it is asked last.
                .rather(peer -> !peer.flags().has(PeerFlags.EXIT_BACKUP))
                .ratherWelcoming(tried, need == Need.URGENT)
                .ratherProven()
                .ratherLeastUsed(uses)
                .ratherWelcoming(tried, need == Need.SPARING)
                .draw(random, uses);
        if (exit == null) {
            return null;
        }
        if (hops == 1) {
            return new Path(1, exit.peer(), exit.peer(), List.of(exit.choice()), need);
        }
        HopDraw.Drawn first = firstHops(Set.of(exit.peer().key()), silent)
                .ratherOutside(Set.of(exit.peer().network()))
                // Exits are scarce and carry the last hop of every circuit: they serve as first hop only where no other
                // can.
                .rather(peer -> !peer.flags().has(PeerFlags.EXIT_BT))
                .ratherWelcoming(tried, need == Need.URGENT)
                .ratherProven()
                .ratherLeastUsed(uses)
                .ratherWelcoming(tried, need == Need.SPARING)
                .draw(random, uses);
        return first == null
                ? null
                : new Path(hops, first.peer(), exit.peer(), List.of(exit.choice(), first.choice()), need);
    }

    private HopDraw firstHops(Set<PublicKey> taken, Set<PublicKey> silent) {
        return HopDraw.ofPeers(peers, "first hop", PeerRole.RELAY, usable(PeerFlags.RELAY))
                .without(taken)
                .permittedBy(rules)
                .ratherUntried(tried, silent);
    }

    /** Who is being asked to join a circuit and takes longer than such hops do. */
    private static Set<PublicKey> silent(Iterable<Circuit> circuits) {
        Set<PublicKey> silent = new HashSet<>();
        for (Circuit circuit : circuits) {
            HopAttempt attempt = circuit.attempt;
            if (attempt != null && circuit.isSlow()) {
                silent.add(attempt.target);
            }
        }
        return silent;
    }

    /** How many circuits each key is part of, or is to be part of. */
    private static Map<PublicKey, Integer> uses(Iterable<Circuit> circuits) {
        Map<PublicKey, Integer> uses = new HashMap<>();
        for (Circuit circuit : circuits) {
            for (PublicKey key : circuit.parts()) {
                uses.merge(key, 1, Integer::sum);
            }
        }
        return uses;
    }

    /**
     * Counts the peers that may be hops.
     *
     * @param flags what they have to offer
     * @return how many there are
     */
    int permitted(int flags) {
        int permitted = 0;
        for (Peer peer : usable(flags)) {
            permitted += rules.permits(peer.key(), peer.address()) ? 1 : 0;
        }
        return permitted;
    }

    /**
     * Tells whether an exit is known that may be used, has not failed lately, and is not slow to answer now.
     *
     * @param circuits circuits in use or being built
     */
    boolean hasUntriedExit(Iterable<Circuit> circuits) {
        Set<PublicKey> silent = silent(circuits);
        return usable(PeerFlags.EXIT_BT).stream()
                .filter(peer -> rules.permits(peer.key(), peer.address()))
                .anyMatch(peer -> !tried.contains(peer.key()) && !silent.contains(peer.key()));
    }

    /**
     * Draws the next hop of a circuit that is being built.
     *
     * @param circuit the circuit
     * @param offered what its last hop offers
     * @param ownKey this node's key
     * @param circuits circuits in use or being built
     * @return null if there is nobody to extend to
     */
    @Nullable
    NextHop next(Circuit circuit, CandidateList offered, PublicKey ownKey, Iterable<Circuit> circuits) {
        PublicKey exit = circuit.path().exit().key();
        if (circuit.hops() == circuit.goalHops() - 1) {
            Peer known = peers.byKey(exit);
            IpAddress address = new IpAddress((known == null ? circuit.path().exit() : known).address());
            boolean listed = offered.relays().contains(exit) || offered.exits().contains(exit);
            return new NextHop(exit, address, listed, null);
        }
        Middle middle = new Middle(circuit, ownKey, circuits);
        NextHop listed = middle.offered("middle hop, offered", offered.relays());
        if (listed == null) {
            listed = middle.offered("middle hop, offered exit", offered.exits());
        }
        boolean isSettled = listed != null
                && (circuit.path().need() == Need.USUAL
                        || tried.isWelcoming(listed.key())
                        || (circuit.path().need() == Need.SPARING && !tried.contains(listed.key())));
        if (listed != null && isSettled) {
            NextHop elsewhere = middle.isInside(listed) ? middle.ownOutside() : null;
            return elsewhere == null ? listed : elsewhere;
        }
        // Where most are full, one of our own that is known to have let us in is worth more than a stranger who may
        // not.
        NextHop own = listed == null ? middle.own() : middle.ownWelcoming();
        if (own == null && listed != null && tried.contains(listed.key())) {
            own = middle.ownUntried();
        }
        return own == null ? listed : own;
    }

    /** The draw of one middle hop. */
    private final class Middle {
        private final Set<PublicKey> taken;
        private final Set<NetworkPrefix> networks;
        private final Map<PublicKey, Integer> uses;
        private final Set<PublicKey> silent;
        private final Need need;

        Middle(Circuit circuit, PublicKey ownKey, Iterable<Circuit> circuits) {
            taken = new HashSet<>(circuit.hopKeys());
            taken.add(circuit.path().exit().key());
            taken.add(ownKey);
            networks = networksOf(circuit);
            uses = uses(circuits);
            silent = silent(circuits);
            need = circuit.path().need();
        }

        @Nullable
        NextHop offered(String position, List<PublicKey> keys) {
            HopDraw.Drawn drawn = draw(HopDraw.ofKeys(peers, position, PeerRole.RELAY, keys));
            return drawn == null
                    ? null
                    : new NextHop(drawn.candidate().key(), IpAddress.UNSPECIFIED, true, drawn.choice());
        }

        @Nullable
        NextHop own() {
            // Nobody sends a puncture for us: the hop before reaches whom anybody reaches.
            return own(ofOurOwn().rather(Peer::isPublic));
        }

        @Nullable
        NextHop ownWelcoming() {
            return own(ofOurOwn().only(Peer::isPublic).onlyWelcoming(tried));
        }

        @Nullable
        NextHop ownUntried() {
            return own(ofOurOwn().only(peer -> peer.isPublic() && !tried.contains(peer.key())));
        }

        /** Whether a hop is known to be in the network of another hop. */
        boolean isInside(NextHop hop) {
            Peer known = peers.byKey(hop.key());
            return known != null && networks.contains(known.network());
        }

        @Nullable
        NextHop ownOutside() {
            return own(ofOurOwn()
                    .only(peer -> peer.isPublic()
                            && !tried.contains(peer.key())
                            && !silent.contains(peer.key())
                            && !networks.contains(peer.network())));
        }

        private HopDraw ofOurOwn() {
            return HopDraw.ofPeers(peers, "middle hop of our own", PeerRole.RELAY, usable(PeerFlags.RELAY));
        }

        private @Nullable NextHop own(HopDraw draw) {
            HopDraw.Drawn own = draw(draw);
            return own == null
                    ? null
                    : new NextHop(own.peer().key(), new IpAddress(own.peer().address()), false, own.choice());
        }

        private HopDraw.@Nullable Drawn draw(HopDraw draw) {
            return draw.without(taken)
                    .withoutIncompatible()
                    .permittedBy(rules)
                    .ratherUntried(tried, silent)
                    .ratherOutside(networks)
                    .ratherWelcoming(tried, need == Need.URGENT)
                    .ratherProven()
                    .ratherLeastUsed(uses)
                    .ratherWelcoming(tried, need == Need.SPARING)
                    .draw(random, uses);
        }
    }

    private Set<NetworkPrefix> networksOf(Circuit circuit) {
        Set<NetworkPrefix> networks = new HashSet<>();
        networks.add(circuit.path().first().network());
        networks.add(circuit.path().exit().network());
        for (PublicKey key : circuit.hopKeys()) {
            Peer known = peers.byKey(key);
            if (known != null) {
                networks.add(known.network());
            }
        }
        return networks;
    }

    private List<Peer> usable(int flag) {
        List<Peer> usable = new ArrayList<>(peers.candidates(flag));
        // Tunnel control runs over IPv4 only (PROTOCOL.md §13).
        usable.removeIf(peer -> !(peer.address().getAddress() instanceof Inet4Address));
        return usable;
    }
}
