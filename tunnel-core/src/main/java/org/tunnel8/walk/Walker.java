package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;

/**
 * Finds peers: asks known ones whom they know, and walks to the addresses they introduce (PROTOCOL.md §4, FR-008).
 *
 * <p>Steps are taken at a {@link WalkPace}, and an introduced address is walked to at once if few enough requests are
 * unanswered. Asking does not wait for walks that lead nowhere: they have windows of their own. Engine thread only.
 */
final class Walker {
    /** Of 256 steps with enough peers, this many ask although there are addresses to walk to (PROTOCOL.md §4). */
    private static final int ASK_CHANCE = 50;

    private static final int CHANCES = 256;

    /** Of 100 asks, this many go to a bootstrap server, against a network in parts (PROTOCOL.md §4). */
    private static final int BOOTSTRAP_PERCENT = 5;

    /** Asks of each refresh: as many as walks may follow. */
    private static final int REFRESH_ASKS = WalkPace.REFRESH_WALKS;

    /** One peer is not asked again before this time: two introductions a second are what the reference asks of one. */
    private static final long SAME_PEER_NANOS = 500_000_000L;

    private final DiscoverySettings settings;
    private final PeerTable peers;
    private final Exchanges exchanges;
    private final BootstrapManager bootstrap;
    private final NatTypeEstimator nat;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final WalkPace pace;
    private final WalkableAddresses walkable = new WalkableAddresses();
    private @Nullable Deadline nextStep;

    Walker(WalkContext context, Exchanges exchanges, BootstrapManager bootstrap) {
        this.settings = context.settings();
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.bootstrap = bootstrap;
        this.nat = context.nat();
        this.deadlines = context.deadlines();
        this.random = context.random();
        this.pace = new WalkPace(settings, peers, deadlines);
    }

    void start() {
        scheduleStep();
    }

    void stop() {
        if (nextStep != null) {
            nextStep.cancel();
            nextStep = null;
        }
    }

    /** An address was introduced to us by somebody who may know it. */
    void introduced(WalkTarget target) {
        if (isOfNoUse(target) || !walkable.add(target, deadlines.nowNanos())) {
            return;
        }
        news();
        if (hasRoomFor(Purpose.WALK)) {
            walk();
        }
    }

    /** Something changed that makes walking worth while again: an address to walk to, or a peer less. */
    void news() {
        pace.news();
        if (nextStep != null && nextStep.whenNanos() - deadlines.nowNanos() > pace.intervalNanos()) {
            scheduleStep();
        }
    }

    /** Asks some peers for introductions and follows a few, however many peers are known (FR-008). */
    void refresh() {
        pace.refresh();
        for (int asks = 0; asks < REFRESH_ASKS && hasRoomFor(Purpose.ASK); asks++) {
            ask();
        }
    }

    /** Somebody at this address is a peer now. */
    void met(InetSocketAddress address) {
        bootstrap.peerFound();
        walkable.remove(address);
        walkable.lives(address);
    }

    /** Nobody answered there. */
    void failed(WalkTarget target) {
        walkable.died(target, deadlines.nowNanos());
    }

    /** Tells whether nobody answered there when it was last tried, which is not forgotten yet. */
    boolean isDead(InetSocketAddress address) {
        return walkable.isDead(address);
    }

    /** Tells whether as many peers and exits are known as are wanted. */
    boolean hasEnough() {
        return pace.hasEnough();
    }

    int walkableCount() {
        return walkable.size();
    }

    List<TableSize> tables() {
        return walkable.tables();
    }

    private void scheduleStep() {
        if (nextStep != null) {
            nextStep.cancel();
        }
        nextStep = deadlines.after(pace.intervalNanos(), this::step);
    }

    private void step() {
        pace.step();
        scheduleStep();
        if (peers.confirmedCount() == 0) {
            bootstrap.contactAllIfDue();
            bootstrap.askAgainIfDue();
        }
        boolean asksRather = pace.hasEnough() && random.nextInt(CHANCES) < ASK_CHANCE;
        boolean walked = false;
        while (!asksRather && hasRoomFor(Purpose.WALK) && walk()) {
            walked = true;
        }
        if (walked && pace.hasEnough()) {
            return;
        }
        for (int asks = pace.asksPerStep(); asks > 0 && hasRoomFor(Purpose.ASK); asks--) {
            if (!ask()) {
                return;
            }
        }
    }

    private boolean hasRoomFor(Purpose purpose) {
        return exchanges.outstanding(purpose) < settings.window();
    }

    /** Walks to the newest introduced address that is of use; false if there is none, or it must not be now. */
    private boolean walk() {
        if (walkable.isEmpty() || !pace.tryWalk()) {
            return false;
        }
        while (true) {
            WalkTarget target = walkable.take(deadlines.nowNanos());
            if (target == null) {
                return false;
            }
            if (!isOfNoUse(target)) {
                return exchanges.start(Purpose.WALK, target);
            }
        }
    }

    private boolean ask() {
        Peer peer = peers.random(random, this::canBeAsked);
        if (peer == null) {
            return false;
        }
        pace.ask();
        if (random.nextInt(100) < BOOTSTRAP_PERCENT && bootstrap.serverCount() > 0) {
            bootstrap.keepAlive();
            return true;
        }
        return exchanges.start(Purpose.ASK, WalkTarget.of(peer));
    }

    private boolean canBeAsked(Peer peer) {
        Exchange latest = exchanges.with(peer.address());
        boolean isRested = latest == null
                || (!latest.handshake().isUnderWay()
                        && deadlines.nowNanos() - latest.startedNanos() >= SAME_PEER_NANOS);
        return isRested && peer.isConfirmed() && peer.isReachable();
    }

    private boolean isOfNoUse(WalkTarget target) {
        if (target.needsPuncture() && nat.isRelayOnly()) {
            return true;
        }
        InetSocketAddress address = target.address();
        Peer peer = peers.byAddress(address);
        // Who only seems to have sent from there must not keep us from asking who it is.
        boolean isPeer = peer != null && peer.isConfirmed();
        return isPeer || bootstrap.isServer(address) || exchanges.isUnderWay(address);
    }
}
