package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.NetworkPrefix;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;

/**
 * One hop being drawn: who comes into question, narrowed step by step, and in the end one of them by chance.
 *
 * <p>Each step that is a mere preference is left out if nobody would remain. Engine thread only; used once.
 */
final class HopDraw {
    /** Keeps a peer of bad standing from never being tried again. */
    private static final double LEAST_WEIGHT = 0.02;
    /**
     * A score below this share of the best is passed over until it has faded: an unknown peer's never is, nor that of one
     * with a single failure beside peers that have not done much yet.
     */
    private static final double PROVEN_SHARE = 0.5;
    /**
     * The round trip at which a hop weighs half as much as one next door. Flat on purpose: who only used near hops would
     * tell where he is (FR-018b).
     */
    private static final double HALF_WEIGHT_NANOS = 300_000_000;

    private final PeerTable peers;
    private final String position;
    private final PeerRole role;
    private final int known;
    private int denied;
    private int tried;
    private List<Candidate> candidates;

    /** Somebody who may become the hop; the peer is null where we know nothing but a key. */
    record Candidate(PublicKey key, @Nullable Peer peer) {
        @Nullable
        NetworkPrefix network() {
            return peer == null ? null : peer.network();
        }
    }

    /** Who was drawn, and why. */
    record Drawn(Candidate candidate, HopChoice choice) {
        /** The peer of a draw among peers. */
        Peer peer() {
            Peer peer = candidate.peer();
            if (peer == null) {
                throw new IllegalStateException("drawn from keys, not from peers");
            }
            return peer;
        }
    }

    private HopDraw(PeerTable peers, String position, PeerRole role, List<Candidate> candidates) {
        this.peers = peers;
        this.position = position;
        this.role = role;
        this.known = candidates.size();
        this.candidates = candidates;
    }

    /** A draw among peers of ours. */
    static HopDraw ofPeers(PeerTable peers, String position, PeerRole role, List<Peer> known) {
        List<Candidate> candidates = new ArrayList<>();
        known.forEach(peer -> candidates.add(new Candidate(peer.key(), peer)));
        return new HopDraw(peers, position, role, candidates);
    }

    /** A draw among keys that a hop offers. */
    static HopDraw ofKeys(PeerTable peers, String position, PeerRole role, List<PublicKey> offered) {
        List<Candidate> candidates = new ArrayList<>();
        for (PublicKey key : new HashSet<>(offered)) {
            if (key.isTunnelCompatible()) {
                candidates.add(new Candidate(key, peers.byKey(key)));
            }
        }
        candidates.sort((one, other) -> Integer.compare(offered.indexOf(one.key()), offered.indexOf(other.key())));
        return new HopDraw(peers, position, role, candidates);
    }

    /** Leaves those out who are part of the circuit already, or are this node. */
    HopDraw without(Set<PublicKey> taken) {
        candidates.removeIf(candidate -> taken.contains(candidate.key()));
        return this;
    }

    /** Leaves those out who have spoken another version of the protocol to us: a hop may offer them all the same. */
    HopDraw withoutIncompatible() {
        candidates.removeIf(candidate -> peers.isIncompatible(candidate.key()));
        return this;
    }

    /** Leaves those out whom the application does not want. */
    HopDraw permittedBy(HopRules rules) {
        int before = candidates.size();
        candidates.removeIf(candidate -> !rules.permits(
                candidate.key(),
                candidate.peer() == null ? null : candidate.peer().address()));
        denied = before - candidates.size();
        return this;
    }

    /**
     * Rather not those who have just failed.
     *
     * @param silent those who are being asked and are slow to answer
     */
    HopDraw ratherUntried(TriedHops lately, Set<PublicKey> silent) {
        int before = candidates.size();
        prefer(candidate -> !lately.contains(candidate.key()) && !silent.contains(candidate.key()));
        tried = before - candidates.size();
        return this;
    }

    /** Leaves out all who have not let us in lately. */
    HopDraw onlyWelcoming(TriedHops lately) {
        candidates.removeIf(candidate -> !lately.isWelcoming(candidate.key()));
        return this;
    }

    /** Rather those who have let us in lately, if that is asked for. */
    HopDraw ratherWelcoming(TriedHops lately, boolean asked) {
        return asked ? prefer(candidate -> lately.isWelcoming(candidate.key())) : this;
    }

    /** Leaves out all peers but those of whom something holds. */
    HopDraw only(Predicate<Peer> what) {
        candidates.removeIf(candidate -> candidate.peer() == null || !what.test(candidate.peer()));
        return this;
    }

    /** Rather somebody of whom something holds. */
    HopDraw rather(Predicate<Peer> what) {
        return prefer(candidate -> candidate.peer() != null && what.test(candidate.peer()));
    }

    /** Rather nobody in a network that the circuit has a hop in: one hand should not hold two of them. */
    HopDraw ratherOutside(Set<NetworkPrefix> networks) {
        return prefer(candidate -> candidate.network() == null || !networks.contains(candidate.network()));
    }

    /** Whether a circuit to a peer can have one of these as another hop. */
    boolean hasAnotherThan(Peer end) {
        return candidates.stream().anyMatch(candidate -> !candidate.key().equals(end.key()));
    }

    /** Whether it can have one that is known to be in another network. */
    boolean hasOneOutsideNetworkOf(Peer end) {
        return candidates.stream()
                .anyMatch(candidate ->
                        candidate.network() != null && !candidate.network().equals(end.network()));
    }

    /** Rather those whose standing does not fall far behind the best: who never serves is always among the least used. */
    HopDraw ratherProven() {
        double best = 0;
        for (Candidate candidate : candidates) {
            best = Math.max(best, score(candidate));
        }
        double enough = PROVEN_SHARE * best;
        return prefer(candidate -> score(candidate) >= enough);
    }

    /** Rather those that fewest circuits of ours use. */
    HopDraw ratherLeastUsed(Map<PublicKey, Integer> uses) {
        int least = Integer.MAX_VALUE;
        for (Candidate candidate : candidates) {
            least = Math.min(least, uses.getOrDefault(candidate.key(), 0));
        }
        int fewest = least;
        return prefer(candidate -> uses.getOrDefault(candidate.key(), 0) == fewest);
    }

    private HopDraw prefer(Predicate<Candidate> what) {
        List<Candidate> preferred = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (what.test(candidate)) {
                preferred.add(candidate);
            }
        }
        if (!preferred.isEmpty()) {
            candidates = preferred;
        }
        return this;
    }

    /**
     * Draws one: a better standing, steadier and shorter round trips and less load make it likelier, never certain; a
     * network counts once, however many keys it has.
     *
     * @return null if nobody is left
     */
    @Nullable
    Drawn draw(RandomGenerator random, Map<PublicKey, Integer> uses) {
        if (candidates.isEmpty()) {
            return null;
        }
        Map<NetworkPrefix, Integer> crowds = new HashMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.network() != null) {
                crowds.merge(candidate.network(), 1, Integer::sum);
            }
        }
        double[] weights = new double[candidates.size()];
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            Candidate candidate = candidates.get(i);
            int crowd = candidate.network() == null ? 1 : crowds.getOrDefault(candidate.network(), 1);
            weights[i] = weight(candidate, uses.getOrDefault(candidate.key(), 0)) / crowd;
            total += weights[i];
        }
        double mark = random.nextDouble() * total;
        int drawn = 0;
        while (drawn < weights.length - 1 && mark >= weights[drawn]) {
            mark -= weights[drawn++];
        }
        Candidate chosen = candidates.get(drawn);
        HopChoice choice = new HopChoice(
                position,
                chosen.key().toString(),
                known,
                denied,
                tried,
                candidates.size(),
                score(chosen),
                chosen.peer() == null ? 0 : chosen.peer().rtt().smoothedNanos(),
                uses.getOrDefault(chosen.key(), 0),
                weights[drawn] / total);
        return new Drawn(chosen, choice);
    }

    private double weight(Candidate candidate, int uses) {
        double score = score(candidate);
        Peer peer = candidate.peer();
        double way = 1;
        if (peer != null) {
            way = peer.rtt().steadiness()
                    * HALF_WEIGHT_NANOS
                    / (HALF_WEIGHT_NANOS + peer.rtt().smoothedNanos());
        }
        return Math.max(LEAST_WEIGHT, score * score * way) / (1 + uses);
    }

    private double score(Candidate candidate) {
        return peers.scoreOf(candidate.key(), role);
    }
}
