package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;

/**
 * What each of those we know may use up of something that they have in common: a ration for each address, so that who
 * sends under one of them, made up or not, does not use up the others'. Bounded; the longest unheard goes first. Engine
 * thread only.
 */
final class AddressShares {
    private final Deadlines deadlines;
    private final int perSecond;
    private final int burst;
    private final int capacity;
    private final Map<InetSocketAddress, TokenBucket> shares = new LinkedHashMap<>(16, 0.75f, true);

    AddressShares(Deadlines deadlines, int perSecond, int burst, int capacity) {
        this.deadlines = deadlines;
        this.perSecond = perSecond;
        this.burst = burst;
        this.capacity = capacity;
    }

    /** Takes so much of an address's share; false if that is not left. */
    boolean tryTake(InetSocketAddress from, int cost) {
        TokenBucket share = shares.get(from);
        if (share == null) {
            forgetWhole();
            share = new TokenBucket(deadlines, perSecond, burst);
            shares.put(from, share);
        }
        return share.tryTake(cost);
    }

    /** Makes room for one more: a share of which nothing is used up is as good as none, and the longest unheard are so first. */
    private void forgetWhole() {
        Iterator<TokenBucket> longestUnheardFirst = shares.values().iterator();
        while (longestUnheardFirst.hasNext()
                && (longestUnheardFirst.next().left() >= burst || shares.size() >= capacity)) {
            longestUnheardFirst.remove();
        }
    }

    TableSize table(String name) {
        return new TableSize(name, shares.size(), capacity);
    }
}
