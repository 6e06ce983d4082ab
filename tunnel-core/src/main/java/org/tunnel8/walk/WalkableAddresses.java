package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;

/**
 * Addresses that were introduced to us and not asked yet, and those that lately did not answer.
 *
 * <p>The newest goes first, while the hole that was punctured for it is still open. Both lists are bounded and forget
 * their oldest. Engine thread only.
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

    private final Map<InetSocketAddress, Introduction> walkable = new LinkedHashMap<>();
    private final Map<InetSocketAddress, Long> dead = new LinkedHashMap<>();

    private record Introduction(WalkTarget target, long madeNanos) {}

    /** Takes in an introduction; tells whether the address is news. */
    boolean add(WalkTarget target, long nowNanos) {
        Long diedNanos = dead.get(target.address());
        if (diedNanos != null && nowNanos - diedNanos < DEAD_NANOS) {
            return false;
        }
        boolean news = walkable.remove(target.address()) == null;
        walkable.put(target.address(), new Introduction(target, nowNanos));
        trim(walkable, MAX_WALKABLE);
        return news;
    }

    /** Takes the newest introduction out, or null if there is none. */
    @Nullable
    WalkTarget take(long nowNanos) {
        Introduction newest = null;
        for (Introduction introduction : walkable.values()) {
            newest = introduction;
        }
        if (newest == null) {
            return null;
        }
        if (nowNanos - newest.madeNanos() >= INTRODUCTION_LIFE_NANOS) {
            walkable.clear();
            return null;
        }
        walkable.remove(newest.target().address());
        return newest.target();
    }

    /** The address has become a peer or is being asked. */
    void remove(InetSocketAddress address) {
        walkable.remove(address);
    }

    void died(InetSocketAddress address, long nowNanos) {
        walkable.remove(address);
        dead.remove(address);
        dead.put(address, nowNanos);
        trim(dead, MAX_DEAD);
    }

    void lives(InetSocketAddress address) {
        dead.remove(address);
    }

    boolean isEmpty() {
        return walkable.isEmpty();
    }

    int size() {
        return walkable.size();
    }

    private static void trim(Map<InetSocketAddress, ?> map, int most) {
        if (map.size() > most) {
            Iterator<InetSocketAddress> oldest = map.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("introduced addresses", walkable.size(), MAX_WALKABLE),
                new TableSize("dead addresses", dead.size(), MAX_DEAD));
    }
}
