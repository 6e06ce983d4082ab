package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;

/**
 * Addresses that were introduced to us and not asked yet, and those that lately did not answer.
 *
 * <p>The newest goes first, while the hole that was punctured for it is still open. An address that failed is left alone
 * for a while, and twice as long after each further failure in a row; five make it unreachable, for a quarter of an hour.
 * That holds against those who introduced it in vain: for somebody else it is tried again soon, or whoever introduces an
 * address without having it puncture could keep us from it. Both lists are bounded and forget their oldest. Engine thread
 * only.
 */
final class WalkableAddresses {
    /** Introductions kept; each answer of a peer brings two at most. */
    static final int MAX_WALKABLE = 200;

    /** An introduction older than this is worth nothing: the mapping of a NAT need not live longer. */
    static final long INTRODUCTION_LIFE_NANOS = 120_000_000_000L;

    /** Addresses remembered as dead. */
    static final int MAX_DEAD = 1_000;

    /** A dead address is not walked to again for this long: others drop it from their tables in about that time. */
    static final long DEAD_NANOS = 60_000_000_000L;

    /** A dead address that somebody else introduces is left alone for this long. */
    static final long DEAD_FOR_OTHERS_NANOS = 15_000_000_000L;

    /** A dead address is forgotten after this time: twice as long as it is left alone at most, so that failures add up. */
    static final long DEAD_MEMORY_NANOS = 32 * DEAD_NANOS;

    /** Failures in a row that make an address unreachable. */
    static final int UNREACHABLE_FAILURES = 5;

    private static final int MAX_INTRODUCERS = 4;

    private final Map<InetSocketAddress, Introduction> walkable = new HashMap<>();

    /** In order of arrival; those that {@link #walkable} no longer holds are passed over. */
    private final Deque<Introduction> order = new ArrayDeque<>();

    private final Map<InetSocketAddress, Failures> dead = new LinkedHashMap<>();

    private record Introduction(WalkTarget target, long madeNanos) {}

    /** Failures in a row, and who introduced the address in vain, latest first. */
    private record Failures(int inARow, long latestNanos, List<InetAddress> introducers) {
        boolean forbids(@Nullable InetAddress introducer, long nowNanos) {
            boolean another = introducer != null && !introducers.contains(introducer);
            long wait = another ? DEAD_FOR_OTHERS_NANOS : DEAD_NANOS << (Math.min(inARow, UNREACHABLE_FAILURES) - 1);
            return nowNanos - latestNanos < wait;
        }
    }

    /** Takes in an introduction; tells whether the address is news. */
    boolean add(WalkTarget target, long nowNanos) {
        Failures failures = dead.get(target.address());
        if (failures != null && failures.forbids(target.introducer(), nowNanos)) {
            return false;
        }
        Introduction introduction = new Introduction(target, nowNanos);
        boolean news = walkable.put(target.address(), introduction) == null;
        order.addLast(introduction);
        trim(nowNanos);
        return news;
    }

    /** Drops what has lost its worth, and the oldest beyond the bound. */
    private void trim(long nowNanos) {
        while (walkable.size() > MAX_WALKABLE || isStale(order.peekFirst(), nowNanos)) {
            Introduction oldest = order.removeFirst();
            walkable.remove(oldest.target().address(), oldest);
        }
        if (order.size() > 2 * MAX_WALKABLE) {
            order.removeIf(introduction -> !isCurrent(introduction));
        }
    }

    private boolean isCurrent(Introduction introduction) {
        return introduction.equals(walkable.get(introduction.target().address()));
    }

    /** Takes the newest introduction out, or null if there is none. */
    @Nullable
    WalkTarget take(long nowNanos) {
        Introduction newest = order.pollLast();
        while (newest != null && !isCurrent(newest)) {
            newest = order.pollLast();
        }
        if (newest == null) {
            return null;
        }
        if (isStale(newest, nowNanos)) {
            walkable.clear();
            order.clear();
            return null;
        }
        walkable.remove(newest.target().address());
        return newest.target();
    }

    private static boolean isStale(@Nullable Introduction introduction, long nowNanos) {
        return introduction != null && nowNanos - introduction.madeNanos() >= INTRODUCTION_LIFE_NANOS;
    }

    /** The address has become a peer or is being asked. */
    void remove(InetSocketAddress address) {
        walkable.remove(address);
    }

    /** Nobody answered. */
    void died(WalkTarget target, long nowNanos) {
        InetSocketAddress address = target.address();
        walkable.remove(address);
        Failures before = dead.remove(address);
        ArrayDeque<InetAddress> introducers = new ArrayDeque<>(before == null ? List.of() : before.introducers());
        InetAddress introducer = target.introducer();
        if (introducer != null && !introducers.contains(introducer)) {
            introducers.addFirst(introducer);
        }
        if (introducers.size() > MAX_INTRODUCERS) {
            introducers.removeLast();
        }
        int inARow = before == null ? 1 : before.inARow() + 1;
        Iterator<Failures> oldestFirst = dead.values().iterator();
        while (oldestFirst.hasNext()
                && (nowNanos - oldestFirst.next().latestNanos() >= DEAD_MEMORY_NANOS || dead.size() >= MAX_DEAD)) {
            oldestFirst.remove();
        }
        dead.put(address, new Failures(inARow, nowNanos, List.copyOf(introducers)));
    }

    void lives(InetSocketAddress address) {
        dead.remove(address);
    }

    /** Tells whether nobody answered there when it was last tried, which is not forgotten yet. */
    boolean isDead(InetSocketAddress address) {
        return dead.containsKey(address);
    }

    boolean isEmpty() {
        return walkable.isEmpty();
    }

    int size() {
        return walkable.size();
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("introduced addresses", walkable.size(), MAX_WALKABLE),
                new TableSize("dead addresses", dead.size(), MAX_DEAD));
    }
}
