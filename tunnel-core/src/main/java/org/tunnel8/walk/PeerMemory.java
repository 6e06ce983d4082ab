package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.NetworkPrefix;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Peers of earlier runs, asked before anybody else at the start, and the choice of those worth remembering for the next
 * one (FR-006, US2).
 *
 * <p>Those that can be reached without an introduction go first: exits and others with public addresses. Behind a NAT the
 * old address rarely answers. Of one network (/16, IPv6 /32) a few are remembered at most, so that nobody who has many addresses
 * there fills the memory. Only peers that answered us are remembered, and those that we looked for before those that came
 * to us, so that strangers do not push them out. Engine thread
 * only.
 */
final class PeerMemory implements PeerTable.Listener {
    /** Requests at once at the start ... */
    static final int WAVE = 25;

    /** ... and the time between such waves, which lets all be asked within a second. */
    static final long WAVE_NANOS = 200_000_000L;

    /** How many are asked again in each round while nobody answers. */
    static final int ASKED_AGAIN = 30;

    /** Peers remembered of one network: a twentieth of all. */
    static final int MAX_PER_NETWORK = DiscoverySettings.MAX_REMEMBERED / 20;

    /**
     * Who left in this run is forgotten after this time, while others are here: of those gone for half an hour few come back
     * to where they were.
     */
    static final long LONG_GONE_NANOS = 30L * 60 * 1_000_000_000;

    /** This part of the wanted peers must be here for that: else it may be the network that is gone, and not they. */
    private static final int PRESENT_PART = 4;

    /** A standing below this is a bad one: more than two failures for each success. */
    private static final double BAD_SCORE = 0.3;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final DiscoverySettings settings;
    private final OwnAddresses own;
    private final PeerTable peers;
    private final Exchanges exchanges;
    private final Deadlines deadlines;
    private final long madeNanos;

    /** Those that are not in the table: of earlier runs, or gone since. */
    private final Map<PublicKey, Absent> absent = new LinkedHashMap<>();

    private final Set<PublicKey> tried = new HashSet<>();
    private final Set<PublicKey> found = new HashSet<>();
    private final Deque<Absent> waiting = new ArrayDeque<>();
    private int triedCount;
    private int foundCount;

    private record Absent(
            PublicKey key, InetSocketAddress address, PeerFlags flags, long heardNanos, boolean reachable) {}

    /** Who is worth more, the best first. */
    private enum Tier {
        /** It needs no introduction, and is here. */
        REACHABLE_PRESENT,
        /** It needs no introduction, and was not asked in vain in this run. */
        REACHABLE_ABSENT,
        /** The same, but it came to us by itself, as strangers can as often as they like. */
        REACHABLE_CALLER,
        /** It is here, perhaps behind a NAT. */
        PRESENT,
        /** All others; they may be there next time. */
        ABSENT
    }

    /** A peer to be remembered, with what its place in the order depends on. */
    private record Choice(Absent peer, Tier tier, double standing, long sinceNanos) {}

    PeerMemory(WalkContext context, Exchanges exchanges) {
        this.settings = context.settings();
        this.own = context.own();
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.deadlines = context.deadlines();
        this.madeNanos = deadlines.nowNanos();
        long now = madeNanos;
        for (RememberedPeer peer : settings.remembered()) {
            if (isUsable(peer.address()) && peer.key().isTunnelCompatible() && !context.isOwn(peer.key())) {
                long heardNanos =
                        now - Math.min(peer.ageSeconds(), Long.MAX_VALUE / 2 / NANOS_PER_SECOND) * NANOS_PER_SECOND;
                boolean isExit = peer.flags().has(PeerFlags.EXIT_BT);
                absent.put(peer.key(), new Absent(peer.key(), peer.address(), peer.flags(), heardNanos, isExit));
            }
        }
        peers.addListener(this);
    }

    private boolean isUsable(InetSocketAddress address) {
        return own.canSendTo(address.getAddress()) && own.canBeAsked(address);
    }

    /** Asks all, the best first. */
    void start() {
        waiting.addAll(absent.values());
        askWave();
    }

    /** Nobody answers: asks the best once more. */
    void askAgain() {
        if (waiting.isEmpty()) {
            choices(false).stream().limit(ASKED_AGAIN).map(Choice::peer).forEach(waiting::add);
            askWave();
        }
    }

    void stop() {
        waiting.clear();
    }

    private void askWave() {
        for (int i = 0; i < WAVE && !waiting.isEmpty(); i++) {
            Absent peer = waiting.remove();
            if (peers.byKey(peer.key()) == null && peers.confirmedCount() < settings.targetPeers()) {
                triedCount += tried.add(peer.key()) ? 1 : 0;
                exchanges.start(Purpose.REMEMBERED, new WalkTarget(peer.address(), styleFor(peer.address())));
            }
        }
        if (!waiting.isEmpty()) {
            deadlines.after(WAVE_NANOS, this::askWave);
        }
    }

    private static WalkStyle styleFor(InetSocketAddress address) {
        return WalkTarget.of(address, false).style();
    }

    @Override
    public void peerAdded(Peer peer) {
        if (peer.isConfirmed()) {
            peerConfirmed(peer);
        }
    }

    @Override
    public void peerConfirmed(Peer peer) {
        Absent remembered = absent.remove(peer.key());
        if (remembered != null
                && tried.contains(peer.key())
                && remembered.address().equals(peer.address())) {
            foundCount += found.add(peer.key()) ? 1 : 0;
        }
    }

    @Override
    public void peerRemoved(Peer peer, RemovalReason reason) {
        if (!peer.isConfirmed()) {
            // Anybody can replay a request of a remembered peer's from elsewhere: it is remembered as before.
            return;
        }
        boolean mayReturn = reason == RemovalReason.SILENT || reason == RemovalReason.EVICTED;
        if (!mayReturn || !peer.isSought() || !isGood(peer)) {
            forget(peer.key());
            return;
        }
        forgetLongGone();
        absent.put(peer.key(), absentFrom(peer));
        if (absent.size() > DiscoverySettings.MAX_REMEMBERED) {
            List<Choice> choices = choices(false);
            forget(choices.get(choices.size() - 1).peer().key());
        }
    }

    /** Those of earlier runs stay: they are what there is if nobody answers, and do not grow more. */
    private void forgetLongGone() {
        if (peers.confirmedCount() * PRESENT_PART < settings.targetPeers()) {
            return;
        }
        long latestNanos = deadlines.nowNanos() - LONG_GONE_NANOS;
        for (Absent peer : List.copyOf(absent.values())) {
            if (peer.heardNanos() >= madeNanos && peer.heardNanos() < latestNanos) {
                forget(peer.key());
            }
        }
    }

    private Absent absentFrom(Peer peer) {
        return new Absent(peer.key(), peer.address(), peer.flags(), peer.lastHeardNanos(), isReachableByAll(peer));
    }

    /** Exits serve others and cannot do that behind a NAT; who answered from memory needed no introduction. */
    private boolean isReachableByAll(Peer peer) {
        return peer.flags().has(PeerFlags.EXIT_BT) || peer.isPublic() || found.contains(peer.key());
    }

    private boolean isGood(Peer peer) {
        return peer.key().isTunnelCompatible() && isUsable(peer.address()) && standing(peer) >= BAD_SCORE;
    }

    private double standing(Peer peer) {
        PeerRole role = peer.flags().has(PeerFlags.EXIT_BT) ? PeerRole.EXIT : PeerRole.RELAY;
        return peer.reliability().score(role, deadlines.nowNanos());
    }

    /**
     * The peers worth remembering, with their ages.
     *
     * @return the best first, {@link DiscoverySettings#MAX_REMEMBERED} at most
     */
    List<RememberedPeer> snapshot() {
        List<RememberedPeer> snapshot = new ArrayList<>();
        Map<NetworkPrefix, Integer> ofNetwork = new HashMap<>();
        long now = deadlines.nowNanos();
        for (Choice choice : choices(true)) {
            Absent peer = choice.peer();
            int neighbours = ofNetwork.merge(NetworkPrefix.of(peer.address()), 1, Integer::sum);
            if (neighbours <= MAX_PER_NETWORK && snapshot.size() < DiscoverySettings.MAX_REMEMBERED) {
                long age = Math.max(0, now - peer.heardNanos()) / NANOS_PER_SECOND;
                snapshot.add(new RememberedPeer(peer.key(), peer.address(), peer.flags(), age));
            }
        }
        return snapshot;
    }

    private List<Choice> choices(boolean present) {
        List<Choice> choices = new ArrayList<>();
        for (Peer peer : present ? peers.all() : List.<Peer>of()) {
            if (peer.isConfirmed() && peer.isReachable() && isGood(peer)) {
                Absent entry = absentFrom(peer);
                Tier tier = !entry.reachable()
                        ? Tier.PRESENT
                        : peer.isSought() ? Tier.REACHABLE_PRESENT : Tier.REACHABLE_CALLER;
                choices.add(new Choice(entry, tier, standing(peer), peer.sinceNanos()));
            }
        }
        for (Absent peer : absent.values()) {
            boolean inVain = tried.contains(peer.key()) && !found.contains(peer.key());
            Tier tier = peer.reachable() && !inVain ? Tier.REACHABLE_ABSENT : Tier.ABSENT;
            choices.add(new Choice(peer, tier, 0, -peer.heardNanos()));
        }
        choices.sort(Comparator.comparing(Choice::tier)
                .thenComparing(Comparator.comparingDouble(Choice::standing).reversed())
                .thenComparingLong(Choice::sinceNanos));
        return choices;
    }

    /** Forgets a key that turned out not to be a peer's. */
    void forget(PublicKey key) {
        absent.remove(key);
        tried.remove(key);
        found.remove(key);
    }

    int knownCount() {
        return settings.remembered().size();
    }

    int triedCount() {
        return triedCount;
    }

    int foundCount() {
        return foundCount;
    }

    TableSize table() {
        return new TableSize("remembered peers", absent.size(), DiscoverySettings.MAX_REMEMBERED);
    }
}
