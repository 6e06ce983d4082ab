package org.tunnel8.peer;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * The verified peers of one overlay: those whose correctly signed introduction message came from their own address
 * (D2), and nobody else. Bootstrap servers never enter.
 *
 * <p>A request shows who signed it, but not where he is: its source can be made up, and it can be sent again by others.
 * So only who has answered a request of ours at his address is <em>confirmed</em>, can be a candidate and counts.
 *
 * <p>It is bounded. Peers in use ({@link #pin}) are never evicted; peers that we found by asking are evicted only for
 * others found so; peers that came by themselves share at most half of the places, where those of a crowded network go
 * first and a confirmed peer that is heard keeps its place. So strangers can fill that half, but flush nothing that is
 * of use, and one network (/16, IPv6 /32) does not fill what others need.
 *
 * <p>Engine thread only.
 */
public final class PeerTable {
    /** Peers held unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 500;

    /** A peer silent for this long is asked for a sign of life (PROTOCOL.md §4, churn). */
    public static final long SILENT_NANOS = 27_500_000_000L;

    /** A peer silent for this long is dropped (PROTOCOL.md §4, churn). */
    public static final long GONE_NANOS = 57_500_000_000L;

    /** A peer silent at its address for this long, though asked there, is looked for at the other one it was met at. */
    public static final long MOVE_NANOS = SILENT_NANOS + 10_000_000_000L;

    /** That more exits are wanted is forgotten after this time, unless it is said again. */
    private static final long EXITS_WANTED_NANOS = GONE_NANOS;

    /** Packets of another version do not count against a peer that has answered in ours within this time. */
    private static final long COMPATIBLE_NANOS = 2 * GONE_NANOS;

    /** Standings remembered for each place in the table. */
    private static final int STANDINGS_PER_PLACE = 4;

    private final Deadlines deadlines;
    private final EvictionRule eviction;
    private final ReliabilityLedger ledger;
    private final int capacity;
    private final List<Peer> peers = new ArrayList<>();
    private final Map<PublicKey, Peer> byKey = new HashMap<>();
    private final Map<InetSocketAddress, Peer> byAddress = new HashMap<>();
    private final Map<PublicKey, Integer> pins = new HashMap<>();
    private final IncompatibleKeys incompatible = new IncompatibleKeys();
    private final AddressClaims claims = new AddressClaims();
    private final List<Listener> listeners = new ArrayList<>();
    private int confirmed;
    private int exits;
    private int exitsWanted;
    private long exitsWantedUntilNanos = Long.MIN_VALUE;

    /** Hears of peers that come and go. Called on the engine's thread, when the table already shows the change. */
    public interface Listener {
        /**
         * A peer became known.
         *
         * @param peer the peer, with what its first message told
         */
        default void peerAdded(Peer peer) {}

        /**
         * A peer has answered a request of ours for the first time. Who enters by that is heard of as added before.
         *
         * @param peer the peer
         */
        default void peerConfirmed(Peer peer) {}

        /**
         * A peer left.
         *
         * @param peer the peer as it was
         * @param reason why
         */
        default void peerRemoved(Peer peer, RemovalReason reason) {}

        /** More exits are wanted than are known. */
        default void exitsWanted() {}
    }

    /**
     * Makes an empty table.
     *
     * @param capacity how many peers it holds at most; at least 2
     * @param deadlines the engine's clock
     */
    public PeerTable(int capacity, Deadlines deadlines) {
        if (capacity < 2) {
            throw new IllegalArgumentException("a peer table needs room for at least 2 peers, not " + capacity);
        }
        this.deadlines = deadlines;
        this.capacity = capacity;
        this.eviction = new EvictionRule(capacity);
        this.ledger = new ReliabilityLedger(STANDINGS_PER_PLACE * capacity, deadlines);
    }

    /**
     * Has a listener hear of peers that come and go from now on.
     *
     * @param listener must not throw
     */
    public void addListener(Listener listener) {
        listeners.add(listener);
    }

    /**
     * Takes in what a correctly signed introduction message tells. The signature must have been checked.
     *
     * @param sighting the message's content
     * @return what was made of it
     */
    public Admission admit(Sighting sighting) {
        Peer known = byKey.get(sighting.key());
        Peer occupant = byAddress.get(sighting.address());
        if (occupant != known && !sighting.answered()) {
            return Admission.CONTESTED;
        }
        if (occupant != null && occupant != known) {
            if (isWellThere(occupant, sighting.address())
                    && !claims.isSettledBy(sighting.key(), sighting.address(), deadlines.nowNanos())) {
                return Admission.CONTESTED;
            }
            vacate(occupant, sighting.address());
        }
        incompatible.remove(sighting.key());
        if (known == null) {
            return add(sighting);
        }
        if (sighting.answered() && !known.address().equals(sighting.address())) {
            meetElsewhere(known, sighting.address());
        }
        update(known, sighting);
        return Admission.UPDATED;
    }

    private static boolean isWellThere(Peer occupant, InetSocketAddress address) {
        return occupant.isConfirmed() && occupant.address().equals(address);
    }

    private void vacate(Peer occupant, InetSocketAddress address) {
        if (occupant.address().equals(address)) {
            remove(occupant, RemovalReason.REPLACED);
        } else {
            byAddress.remove(address);
            occupant.otherAddress(null);
        }
    }

    /**
     * A peer has answered at an address it is not reached at, or somebody passed our question on to it. So it stays where
     * it was while it is heard there, unless the other address is in our own network, or the first it has in IPv4; the other one is remembered, so that
     * it is recognized when introduced again, and taken when it falls silent here.
     */
    private void meetElsewhere(Peer peer, InetSocketAddress address) {
        boolean narrower = AddressScope.of(address).compareTo(AddressScope.of(peer.address())) < 0;
        InetSocketAddress other = peer.otherAddress();
        if (other != null && !other.equals(address)) {
            byAddress.remove(other);
        }
        peer.otherAddress(address);
        peer.heardThere(deadlines.nowNanos());
        byAddress.put(address, peer);
        // Hops are reached over IPv4 alone (PROTOCOL.md §13).
        boolean becomesHop =
                address.getAddress() instanceof Inet4Address && !(peer.address().getAddress() instanceof Inet4Address);
        if (narrower || becomesHop || hasLeft(peer)) {
            peer.changeAddresses();
        }
    }

    private boolean hasLeft(Peer peer) {
        return silentNanos(peer) >= MOVE_NANOS;
    }

    /**
     * How long nothing has come from the very address at which a peer is reached.
     *
     * @param peer a peer of this table
     * @return nanoseconds
     */
    public long silentNanos(Peer peer) {
        return deadlines.nowNanos() - peer.lastHeardHereNanos();
    }

    private Admission add(Sighting sighting) {
        long now = deadlines.nowNanos();
        Peer peer = new Peer(sighting.key(), sighting.address(), ledger.take(sighting.key()), now);
        update(peer, sighting);
        if (!eviction.hasRoomFor(peer, peers, now)) {
            Peer victim = eviction.victimFor(peer, peers, pins.keySet(), now);
            if (victim == null) {
                remember(peer);
                return Admission.REFUSED;
            }
            remove(victim, RemovalReason.EVICTED);
        }
        peers.add(peer);
        confirmed += peer.isConfirmed() ? 1 : 0;
        byKey.put(peer.key(), peer);
        countAsExit(peer, isExit(peer));
        byAddress.put(peer.address(), peer);
        for (Listener listener : listeners) {
            listener.peerAdded(peer);
        }
        return Admission.ADDED;
    }

    private static boolean isExit(Peer peer) {
        return isCandidate(peer, PeerFlags.EXIT_BT);
    }

    private void countAsExit(Peer peer, boolean counts) {
        exits += (counts ? 1 : 0) - (peer.countsAsExit() ? 1 : 0);
        peer.countsAsExit(counts);
    }

    /** What a peer of this table offers, or whether it is reached, may have changed. */
    private void changed(Peer peer) {
        if (peer.countsAsExit() != isExit(peer) && byKey.get(peer.key()) == peer) {
            countAsExit(peer, !peer.countsAsExit());
        }
    }

    private void update(Peer peer, Sighting sighting) {
        peer.learn(sighting);
        heardAt(peer, sighting.address());
        if (sighting.answered()) {
            boolean confirms = !peer.isConfirmed();
            peer.confirm(sighting.sought());
            peer.proven(deadlines.nowNanos());
            claims.refuted(sighting.address());
            if (confirms && byKey.containsKey(peer.key())) {
                confirmed++;
                changed(peer);
                for (Listener listener : listeners) {
                    listener.peerConfirmed(peer);
                }
            }
        }
        changed(peer);
    }

    private void heardAt(Peer peer, InetSocketAddress address) {
        long now = deadlines.nowNanos();
        peer.heard(now);
        changed(peer);
        if (peer.address().equals(address)) {
            peer.heardHere(now);
        } else if (address.equals(peer.otherAddress())) {
            peer.heardThere(now);
            if (hasLeft(peer)) {
                peer.changeAddresses();
            }
        }
    }

    /**
     * Notes an authenticated sign of life from a peer's address that others might have sent again: a signed message.
     *
     * @param peer a peer of this table
     */
    public void heard(Peer peer) {
        heardAt(peer, peer.address());
    }

    /**
     * Notes a sign of life that nobody else can give: an answer to an outstanding request, a cell that opens.
     *
     * @param peer a peer of this table
     */
    public void proven(Peer peer) {
        heard(peer);
        peer.proven(deadlines.nowNanos());
    }

    /**
     * Has a peer that fell silent at its address be reached at the other one it was met at, if it was heard there since.
     *
     * @param peer a peer of this table
     */
    public void followIfMoved(Peer peer) {
        if (hasLeft(peer) && peer.lastHeardThereNanos() > peer.lastHeardHereNanos()) {
            peer.changeAddresses();
        }
    }

    /**
     * Takes a peer out of the candidates because requests to it went unanswered, until it is heard again.
     *
     * @param peer a peer of this table
     */
    public void unreachable(Peer peer) {
        peer.unreachable();
        changed(peer);
    }

    /**
     * Removes a peer. Does nothing if it is not in the table.
     *
     * @param peer the peer
     * @param reason why
     */
    public void remove(Peer peer, RemovalReason reason) {
        if (!byKey.remove(peer.key(), peer)) {
            return;
        }
        byAddress.remove(peer.address(), peer);
        if (peer.otherAddress() != null) {
            byAddress.remove(peer.otherAddress(), peer);
        }
        peers.remove(peer);
        confirmed -= peer.isConfirmed() ? 1 : 0;
        countAsExit(peer, false);
        remember(peer);
        for (Listener listener : listeners) {
            listener.peerRemoved(peer, reason);
        }
    }

    private void remember(Peer peer) {
        if (peer.reliability().isKnown()) {
            ledger.put(peer.key(), peer.reliability());
        }
    }

    /**
     * Remembers that the owner of a key speaks another protocol version (D3): it leaves the table. A later signed
     * message of our version takes that back. The signature must have been checked. Nothing is done while the peer has
     * answered us in our version within the last two minutes: then it speaks both, or somebody sends old packets again, and asking it
     * tells which.
     *
     * @param key who signed the message
     * @return the peer to ask, because its answer is what keeps it; null if there is none, or it has just answered
     */
    public @Nullable Peer markIncompatible(PublicKey key) {
        Peer peer = byKey.get(key);
        long now = deadlines.nowNanos();
        if (peer != null && peer.isProvenSince(now - COMPATIBLE_NANOS)) {
            return peer.isProvenSince(now - SILENT_NANOS) ? null : peer;
        }
        incompatible.add(key);
        if (peer != null) {
            remove(peer, RemovalReason.INCOMPATIBLE);
        }
        return null;
    }

    /**
     * Tells whether a key's owner is known to speak another protocol version (D3).
     *
     * @param key the key
     * @return true if so
     */
    public boolean isIncompatible(PublicKey key) {
        return incompatible.contains(key);
    }

    /**
     * Marks a key as in use, so that its peer is not evicted. Calls add up; each needs its {@link #unpin}.
     *
     * @param key of a peer, or of one that may become known
     */
    public void pin(PublicKey key) {
        pins.merge(key, 1, Integer::sum);
    }

    /**
     * Takes back one {@link #pin}.
     *
     * @param key a pinned key
     */
    public void unpin(PublicKey key) {
        pins.computeIfPresent(key, (k, count) -> count > 1 ? count - 1 : null);
    }

    /**
     * Tells whether a key is in use.
     *
     * @param key the key
     * @return true between {@link #pin} and the last {@link #unpin}
     */
    public boolean isPinned(PublicKey key) {
        return pins.containsKey(key);
    }

    /**
     * Finds a peer by its key.
     *
     * @param key the key
     * @return null if it is not in the table
     */
    public @Nullable Peer byKey(PublicKey key) {
        return byKey.get(key);
    }

    /**
     * Finds the peer at an address.
     *
     * @param address one at which the peer was met; perhaps not the one it is reached at
     * @return null if there is none
     */
    public @Nullable Peer byAddress(InetSocketAddress address) {
        return byAddress.get(address);
    }

    /**
     * How many peers there are.
     *
     * @return zero or more
     */
    public int size() {
        return peers.size();
    }

    /**
     * How many peers are confirmed: those that count as known (FR-007). Strangers can add others as they like.
     *
     * @return zero or more, at most {@link #size()}
     */
    public int confirmedCount() {
        return confirmed;
    }

    /**
     * All peers in order of arrival.
     *
     * @return a view that changes with the table
     */
    public List<Peer> all() {
        return Collections.unmodifiableList(peers);
    }

    /**
     * The peers that can be hops: confirmed, with a Curve25519 key (D7), reachable as far as we know, and offering all
     * that is asked. Those that have failed too often in a row are left out for a while if there are others.
     *
     * @param requiredFlags OR of the flag values of {@link PeerFlags}; 0 asks for nothing
     * @return a new list in order of arrival
     */
    public List<Peer> candidates(int requiredFlags) {
        PeerRole role = requiredFlags == PeerFlags.RELAY ? PeerRole.RELAY : PeerRole.EXIT;
        List<Peer> candidates = new ArrayList<>();
        List<Peer> resting = new ArrayList<>();
        for (Peer peer : peers) {
            if (isCandidate(peer, requiredFlags)) {
                boolean rests = requiredFlags != 0 && peer.reliability().isResting(role, deadlines.nowNanos());
                (rests ? resting : candidates).add(peer);
            }
        }
        return candidates.isEmpty() ? resting : candidates;
    }

    /**
     * How many {@link #candidates} there are, those included that are left out for a while.
     *
     * @param requiredFlags OR of the flag values; 0 asks for nothing
     * @return zero or more
     */
    public int candidateCount(int requiredFlags) {
        int count = 0;
        for (Peer peer : peers) {
            count += isCandidate(peer, requiredFlags) ? 1 : 0;
        }
        return count;
    }

    /**
     * How many {@link #candidates} there are with {@link PeerFlags#EXIT_BT}, counted as they come and go: the walker asks after
     * each message.
     *
     * @return {@link #candidateCount} of that flag
     */
    public int exits() {
        return exits;
    }

    /**
     * Asks for more exits to be looked for: of those that are known none lets us in. Forgotten after about a minute.
     *
     * @param count how many candidates with {@link PeerFlags#EXIT_BT} there should be
     */
    public void wantExits(int count) {
        boolean isNews = count > exitsWanted();
        exitsWanted = Math.max(count, exitsWanted());
        exitsWantedUntilNanos = deadlines.nowNanos() + EXITS_WANTED_NANOS;
        if (isNews) {
            for (Listener listener : listeners) {
                listener.exitsWanted();
            }
        }
    }

    /**
     * How many exits have been asked for.
     *
     * @return zero if nobody has lately
     */
    public int exitsWanted() {
        return deadlines.nowNanos() < exitsWantedUntilNanos ? exitsWanted : 0;
    }

    private static boolean isCandidate(Peer peer, int requiredFlags) {
        return peer.isConfirmed()
                && peer.isReachable()
                && peer.flags().has(requiredFlags)
                && peer.key().isTunnelCompatible();
    }

    /**
     * Draws one peer.
     *
     * @param random decides
     * @param eligible which peers take part
     * @return null if none is eligible
     */
    public @Nullable Peer random(RandomGenerator random, Predicate<Peer> eligible) {
        Peer drawn = null;
        int seen = 0;
        for (Peer peer : peers) {
            // Each eligible peer replaces the draw so far with the chance that makes all of them equally likely.
            if (eligible.test(peer) && random.nextInt(++seen) == 0) {
                drawn = peer;
            }
        }
        return drawn;
    }

    /**
     * The score of a key for a role. Looking leaves no trace, so that keys made up by strangers push no standing out.
     *
     * @param key the key
     * @param role what its owner would be relied on for
     * @return between 0 and 1; {@link Reliability#UNKNOWN_SCORE} for a key about which nothing is known
     */
    public double scoreOf(PublicKey key, PeerRole role) {
        Peer peer = byKey.get(key);
        Reliability known = peer != null ? peer.reliability() : ledger.peek(key);
        return known == null ? Reliability.UNKNOWN_SCORE : known.score(role, deadlines.nowNanos());
    }

    /**
     * The standing of a key, whether its owner is in the table or not. It survives the peer's leaving for half an hour
     * since it was last asked for here, as long as not too many others are.
     *
     * @param key the key
     * @return the one standing of that key; enter successes and failures there
     */
    public Reliability reliabilityOf(PublicKey key) {
        Peer peer = byKey.get(key);
        return peer != null ? peer.reliability() : ledger.of(key);
    }

    /**
     * How full the table is, and what it remembers besides.
     *
     * @return a new list
     */
    public List<TableSize> tables() {
        return List.of(
                new TableSize("peers", peers.size(), capacity),
                new TableSize("peers' addresses", byAddress.size(), 2 * capacity),
                new TableSize("standings of keys", ledger.size(), STANDINGS_PER_PLACE * capacity),
                new TableSize("incompatible keys", incompatible.size(), IncompatibleKeys.MAX_KEYS),
                new TableSize("claims to addresses", claims.size(), AddressClaims.MAX_CLAIMS));
    }
}
