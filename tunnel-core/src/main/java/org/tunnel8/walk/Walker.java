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
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Finds peers: asks known ones whom they know, and walks to the addresses they introduce (PROTOCOL.md §4, FR-008).
 *
 * <p>While there are too few peers, a step is taken each half second, and an introduced address is walked to at once if
 * few enough requests are unanswered. Steps grow rare while introductions bring nothing new, as in a small network all of
 * whose peers are known. With enough peers a step each half minute keeps the table fresh. Engine thread only.
 */
final class Walker {
    /** Of 256 steps, this many ask for an introduction although there are addresses to walk to (PROTOCOL.md §4). */
    private static final int ASK_CHANCE = 50;

    private static final int CHANCES = 256;

    /** Of 100 asks, this many go to a bootstrap server, against a network in parts (PROTOCOL.md §4). */
    private static final int BOOTSTRAP_PERCENT = 5;

    private static final int MAX_ASKS_PER_STEP = 2;

    /** The longest time between steps while there are too few peers. */
    private static final long FRUITLESS_INTERVAL_NANOS = 10_000_000_000L;

    /** Asks without news before steps grow rare: this many and {@link #FRUITLESS_ASKS_PER_PEER} for each peer. */
    private static final int FRUITLESS_ASKS = 8;

    /** Twice as many draws as there are peers leave few of them out. */
    private static final int FRUITLESS_ASKS_PER_PEER = 2;

    private static final int MAX_DOUBLINGS = 10;

    /** New addresses are not walked to any more with this many times the wanted peers, even if exits are lacking. */
    private static final int CEILING_FACTOR = 5;

    private final DiscoverySettings settings;
    private final PeerTable peers;
    private final Exchanges exchanges;
    private final BootstrapManager bootstrap;
    private final NatTypeEstimator nat;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final WalkableAddresses walkable = new WalkableAddresses();
    private int asksWithoutNews;
    private @Nullable Deadline nextStep;

    Walker(WalkContext context, Exchanges exchanges, BootstrapManager bootstrap) {
        this.settings = context.settings();
        this.peers = context.peers();
        this.exchanges = exchanges;
        this.bootstrap = bootstrap;
        this.nat = context.nat();
        this.deadlines = context.deadlines();
        this.random = context.random();
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
        if (mayWalk() && exchanges.outstanding() < settings.window()) {
            walk();
        }
    }

    /** Something changed that makes walking worth while again: an address to walk to, or a peer less. */
    void news() {
        asksWithoutNews = 0;
        if (nextStep != null && nextStep.whenNanos() - deadlines.nowNanos() > intervalNanos()) {
            scheduleStep();
        }
    }

    /** Somebody at this address is a peer now. */
    void met(InetSocketAddress address) {
        bootstrap.peerFound();
        walkable.remove(address);
        walkable.lives(address);
    }

    /** Nobody answered at this address. */
    void failed(InetSocketAddress address) {
        walkable.died(address, deadlines.nowNanos());
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
        nextStep = deadlines.after(intervalNanos(), this::step);
    }

    private void step() {
        scheduleStep();
        if (peers.size() == 0) {
            bootstrap.contactAllIfDue();
            bootstrap.askAgainIfDue();
        }
        int free = settings.window() - exchanges.outstanding();
        int asks = 0;
        boolean walking = mayWalk();
        int maxAsks = walking && !hasEnough() ? MAX_ASKS_PER_STEP : 1;
        while (free > 0) {
            boolean walked = walking && random.nextInt(CHANCES) >= ASK_CHANCE && walk();
            if (!walked && (asks++ >= maxAsks || !ask())) {
                return;
            }
            free--;
        }
    }

    /** Walks to the newest introduced address that is of use; false if there is none. */
    private boolean walk() {
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
        Peer peer = peers.random(random, p -> p.isReachable() && !exchanges.isUnderWay(p.address()));
        if (peer == null) {
            return false;
        }
        asksWithoutNews++;
        if (random.nextInt(100) < BOOTSTRAP_PERCENT && bootstrap.serverCount() > 0) {
            bootstrap.keepAlive();
            return true;
        }
        return exchanges.start(Purpose.ASK, WalkTarget.of(peer));
    }

    private boolean isOfNoUse(WalkTarget target) {
        if (target.needsPuncture() && nat.isRelayOnly()) {
            return true;
        }
        InetSocketAddress address = target.address();
        return peers.byAddress(address) != null || bootstrap.isServer(address) || exchanges.isUnderWay(address);
    }

    private boolean hasEnough() {
        return peers.size() >= settings.targetPeers()
                && peers.candidateCount(PeerFlags.EXIT_BT) >= settings.targetExits();
    }

    /** With enough peers, half as many more may still come in by and by, so that the table is renewed (FR-008). */
    private boolean mayWalk() {
        int target = settings.targetPeers();
        return peers.size() < (hasEnough() ? target + (target + 1) / 2 : CEILING_FACTOR * target);
    }

    private boolean isFruitless() {
        return asksWithoutNews >= FRUITLESS_ASKS + FRUITLESS_ASKS_PER_PEER * peers.size();
    }

    private long intervalNanos() {
        if (hasEnough() || !mayWalk()) {
            return settings.idleInterval().toNanos();
        }
        long step = settings.stepInterval().toNanos();
        if (!isFruitless()) {
            return step;
        }
        int more = asksWithoutNews - FRUITLESS_ASKS - FRUITLESS_ASKS_PER_PEER * peers.size();
        long slowed = step << Math.min(MAX_DOUBLINGS, 1 + more / MAX_ASKS_PER_STEP);
        return Math.max(step, Math.min(slowed, FRUITLESS_INTERVAL_NANOS));
    }
}
