package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What happens to datagrams between sites: loss, time, disorder, duplicates. All that is left to chance is one generator's. */
final class Internet {
    /** A copy arrives up to this much after the original. */
    private static final long COPY_NANOS = 10_000_000;

    private final SeededRandom chance;
    private final Paths paths;
    private final EventQueue queue;

    Internet(SeededRandom chance, long pathsSeed, EventQueue queue) {
        this.chance = chance;
        this.paths = new Paths(pathsSeed);
        this.queue = queue;
    }

    LinkSettings settings() {
        return paths.settings();
    }

    void settings(LinkSettings changed) {
        paths.settings(changed);
    }

    /** Sets a datagram on its way, unless it is lost. Where nobody is, it takes time as well. */
    void carry(
            long nowNanos,
            @Nullable Site sender,
            @Nullable Site receiver,
            InetSocketAddress from,
            InetSocketAddress to,
            byte[] bytes) {
        LinkSettings link = paths.settings();
        if (strikes(link.loss()) || isLostOn(sender) || isLostOn(receiver)) {
            return;
        }
        long left = sender == null ? nowNanos : sender.passOut(nowNanos, bytes.length);
        if (left < 0) {
            return;
        }
        int a = sender == null ? -1 : sender.number();
        int b = receiver == null ? -1 : receiver.number();
        int path = paths.between(a, b, nowNanos);
        long arrives = left + paths.oneWayNanos(path) + delayOf(sender) + delayOf(receiver) + draw(link.jitter());
        if (strikes(link.reordering())) {
            arrives += draw(link.reorderingDelay());
        } else {
            arrives = paths.inOrder(path, a < b, arrives);
        }
        queue.add(new Flight(arrives, from, to, bytes, null, receiver, false));
        if (strikes(link.duplication())) {
            queue.add(new Flight(arrives + chance.nextLong(COPY_NANOS), from, to, bytes, null, receiver, false));
        }
    }

    private boolean strikes(double share) {
        return share > 0 && chance.nextDouble() < share;
    }

    private boolean isLostOn(@Nullable Site site) {
        return site != null && strikes(site.line().loss());
    }

    private static long delayOf(@Nullable Site site) {
        return site == null ? 0 : site.line().delay().toNanos();
    }

    private long draw(Duration most) {
        return most.isZero() ? 0 : chance.nextLong(most.toNanos());
    }
}
