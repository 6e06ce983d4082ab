package org.tunnel8.virtual;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A router in front of some nodes: each of their ports is mapped to one of its own, and only those are let in to whom
 * something was sent from that port before (port-restricted cone). Packets from inside to its own outside are turned round.
 */
public final class VirtualNat {
    private static final int FIRST_PORT = 40_000;

    private final InetAddress outside;
    private final Map<InetSocketAddress, InetSocketAddress> outward = new HashMap<>();
    private final Map<InetSocketAddress, InetSocketAddress> inward = new HashMap<>();
    private final Map<InetSocketAddress, Set<InetSocketAddress>> sentTo = new HashMap<>();
    private int nextPort = FIRST_PORT;

    /** A router with one public address. */
    public VirtualNat(InetAddress outside) {
        this.outside = outside;
    }

    /** Its public address. */
    public InetAddress outside() {
        return outside;
    }

    InetSocketAddress translateOut(InetSocketAddress inside, InetSocketAddress target) {
        InetSocketAddress mapped = outward.computeIfAbsent(inside, i -> {
            InetSocketAddress fresh = new InetSocketAddress(outside, nextPort++);
            inward.put(fresh, i);
            return fresh;
        });
        sentTo.computeIfAbsent(mapped, m -> new HashSet<>()).add(target);
        return mapped;
    }

    @Nullable
    InetSocketAddress translateIn(InetSocketAddress mapped, InetSocketAddress source) {
        boolean expected = sentTo.getOrDefault(mapped, Set.of()).contains(source);
        return expected ? inward.get(mapped) : null;
    }
}
