package org.tunnel8.walk;

import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;

/**
 * How fast to walk (FR-008, SC-002).
 *
 * <pre>
 * peers and exits                | a step each     | requests in a step
 * -------------------------------+-----------------+---------------------------------------------
 * too few                        | {@value #QUICK_MILLIS} ms          | 2 asks and what may be walked to
 * too few, the burst is used up  | 0.5 s           | the same
 * too few, and nothing new comes | 1 s to 10 s     | the same
 * enough                         | half a minute   | one ask, or what may be walked to
 * </pre>
 *
 * <p>The burst lasts for ten seconds of quick steps and comes back slowly, so that a node that just fails to find enough
 * is no burden to those it knows. Engine thread only.
 */
final class WalkPace {
    /** Time between steps while peers are wanted and the burst lasts. */
    static final int QUICK_MILLIS = 100;

    /** Quick steps at once ... */
    static final int QUICK_STEPS = 100;

    /** ... and how many come back each second. */
    private static final int QUICK_STEPS_PER_SECOND = 1;

    /** Walks at once: enough for the peers wanted where two of three introduced ones cannot be reached ... */
    static final int WALKS = 60;

    /** ... and in each second after that. */
    static final int WALKS_PER_SECOND = 10;

    /** The longest time between steps while there are too few peers. */
    private static final long FRUITLESS_INTERVAL_NANOS = 10_000_000_000L;

    /** Asks without news before steps grow rare: this many and {@link #FRUITLESS_ASKS_PER_PEER} for each peer. */
    private static final int FRUITLESS_ASKS = 8;

    /** Twice as many draws as there are peers leave few of them out. */
    private static final int FRUITLESS_ASKS_PER_PEER = 2;

    private static final int MAX_ASKS_PER_STEP = 2;

    private static final int MAX_DOUBLINGS = 10;

    /** New addresses are not walked to any more with this many times the wanted peers, even if exits are lacking. */
    private static final int CEILING_FACTOR = 5;

    /** Walks that each refresh allows although there are peers enough: one of eight is gone within five minutes. */
    static final int REFRESH_WALKS = 5;

    /** Refreshes add no peers any more with this many times the wanted ones. */
    private static final int REFRESH_CEILING_FACTOR = 2;

    private static final long QUICK_NANOS = QUICK_MILLIS * 1_000_000L;

    private final DiscoverySettings settings;
    private final PeerTable peers;
    private final TokenBucket quickSteps;
    private final TokenBucket walks;
    private int asksWithoutNews;
    private int refreshWalks;
    private boolean quick = true;

    WalkPace(DiscoverySettings settings, PeerTable peers, Deadlines deadlines) {
        this.settings = settings;
        this.peers = peers;
        this.quickSteps = new TokenBucket(deadlines, QUICK_STEPS_PER_SECOND, QUICK_STEPS);
        this.walks = new TokenBucket(deadlines, WALKS_PER_SECOND, WALKS);
    }

    /** A step is taken. */
    void step() {
        quick = !hasEnough() && !isFruitless() && quickSteps.tryTake();
    }

    /** Somebody is asked for an introduction. */
    void ask() {
        asksWithoutNews++;
    }

    /** Something changed that makes walking worth while again. */
    void news() {
        asksWithoutNews = 0;
    }

    /** New introductions are to be followed, however many peers are known (FR-008). */
    void refresh() {
        refreshWalks = REFRESH_WALKS;
    }

    /** Tells whether one more address may be walked to now, and counts it. */
    boolean tryWalk() {
        boolean refreshes = !mayWalk() && mayRefresh();
        if ((!mayWalk() && !refreshes) || !walks.tryTake()) {
            return false;
        }
        refreshWalks -= refreshes ? 1 : 0;
        return true;
    }

    private boolean mayRefresh() {
        int most = (hasEnough() ? REFRESH_CEILING_FACTOR : CEILING_FACTOR + 1) * settings.targetPeers();
        return refreshWalks > 0 && peers.confirmedCount() < most;
    }

    int asksPerStep() {
        return mayWalk() && !hasEnough() ? MAX_ASKS_PER_STEP : 1;
    }

    boolean hasEnough() {
        return peers.confirmedCount() >= settings.targetPeers()
                && peers.exits() >= Math.max(settings.targetExits(), peers.exitsWanted());
    }

    /** With enough peers, half as many more may still come in by and by, so that the table is renewed (FR-008). */
    boolean mayWalk() {
        int target = settings.targetPeers();
        return peers.confirmedCount() < (hasEnough() ? ceiling(target) : CEILING_FACTOR * target);
    }

    /** Peers kept at most that are wanted for nothing special, if so many are to be known at least. */
    static int ceiling(int target) {
        return target + (target + 1) / 2;
    }

    private boolean isFruitless() {
        return asksWithoutNews >= FRUITLESS_ASKS + FRUITLESS_ASKS_PER_PEER * peers.confirmedCount();
    }

    long intervalNanos() {
        if (hasEnough() || !mayWalk()) {
            return settings.idleInterval().toNanos();
        }
        long step = settings.stepInterval().toNanos();
        if (!isFruitless()) {
            return quick ? Math.min(step, QUICK_NANOS) : step;
        }
        int more = asksWithoutNews - FRUITLESS_ASKS - FRUITLESS_ASKS_PER_PEER * peers.confirmedCount();
        long slowed = step << Math.min(MAX_DOUBLINGS, 1 + more / MAX_ASKS_PER_STEP);
        return Math.max(step, Math.min(slowed, FRUITLESS_INTERVAL_NANOS));
    }
}
