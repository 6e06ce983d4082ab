package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.PeerTable;

/**
 * Nodes that have answered us in the discovery overlay lately, and addresses introduced there. Both are bounded and forget
 * their oldest. Engine thread only.
 */
final class DiscoveryMembers {
    private static final int MAX_MEMBERS = 32;
    private static final int MAX_WALKABLE = 64;

    private final Map<InetSocketAddress, Long> members = new LinkedHashMap<>();
    private final Map<InetSocketAddress, WalkTarget> walkable = new LinkedHashMap<>();

    /** Somebody has answered there. */
    void met(InetSocketAddress address, long nowNanos) {
        walkable.remove(address);
        members.remove(address);
        members.put(address, nowNanos);
        trim(members, MAX_MEMBERS);
    }

    void failed(InetSocketAddress address) {
        members.remove(address);
    }

    void introduced(WalkTarget target) {
        if (!members.containsKey(target.address())) {
            walkable.remove(target.address());
            walkable.put(target.address(), target);
            trim(walkable, MAX_WALKABLE);
        }
    }

    private static void trim(Map<InetSocketAddress, ?> map, int most) {
        if (map.size() > most) {
            Iterator<InetSocketAddress> oldest = map.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Forgets those of whom nothing was heard for as long as drops a peer. */
    void forgetSilent(long nowNanos) {
        members.values().removeIf(heard -> nowNanos - heard >= PeerTable.GONE_NANOS);
    }

    /** Takes the newest introduced address out; null if there is none. */
    @Nullable
    WalkTarget take() {
        WalkTarget newest = null;
        for (WalkTarget target : walkable.values()) {
            newest = target;
        }
        if (newest != null) {
            walkable.remove(newest.address());
        }
        return newest;
    }

    /** Draws one of those that have answered; null if none is eligible. */
    @Nullable
    InetSocketAddress draw(RandomGenerator random, Predicate<InetSocketAddress> eligible) {
        List<InetSocketAddress> choice = new ArrayList<>(members.keySet());
        choice.removeIf(eligible.negate());
        return choice.isEmpty() ? null : choice.get(random.nextInt(choice.size()));
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("members of the discovery overlay", members.size(), MAX_MEMBERS),
                new TableSize("addresses introduced there", walkable.size(), MAX_WALKABLE));
    }
}
