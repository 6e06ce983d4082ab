package org.tunnel8.examples.bt;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Says which peers to try again: {@code bt} forgets a peer that it could not connect to or has lost, until a tracker names it once
 * more, and with a circuit all peers are lost at a time.
 *
 * <p>A peer is tried after 10 s, and after twice the time with each failure in a row, up to 5 minutes. Thread-safe.
 */
final class PeerRetries {
    /** More than a tracker names; who comes after them is tried once. */
    static final int MOST_PEERS = 1_000;

    private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_DOUBLINGS = 5;

    private final Map<InetSocketAddress, Try> tries = new LinkedHashMap<>();

    private record Try(long dueNanos, int failures) {}

    /** Knows a peer from now on that is to be tried at once. */
    synchronized void add(InetSocketAddress peer, long nowNanos) {
        if (tries.size() < MOST_PEERS) {
            tries.putIfAbsent(peer, new Try(nowNanos, 0));
        }
    }

    /** Knows a peer from now on that is being tried already. */
    synchronized void discovered(InetSocketAddress peer, long nowNanos) {
        if (tries.size() < MOST_PEERS) {
            tries.putIfAbsent(peer, new Try(nowNanos + FIRST_WAIT_NANOS, 0));
        }
    }

    /**
     * Those that are to be tried now.
     *
     * @param connected who is connected, and needs no trying
     * @return peers, each of which counts as tried
     */
    synchronized List<InetSocketAddress> due(long nowNanos, Predicate<InetSocketAddress> connected) {
        List<InetSocketAddress> due = new ArrayList<>();
        tries.replaceAll((peer, last) -> {
            if (connected.test(peer)) {
                return new Try(nowNanos + FIRST_WAIT_NANOS, 0);
            }
            if (nowNanos - last.dueNanos() < 0) {
                return last;
            }
            due.add(peer);
            int failures = last.failures() + 1;
            return new Try(nowNanos + (FIRST_WAIT_NANOS << Math.min(failures - 1, MOST_DOUBLINGS)), failures);
        });
        return due;
    }
}
