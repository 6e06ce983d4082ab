package org.tunnel8.transport.udp;

import java.util.concurrent.atomic.AtomicLong;

/** A count that one thread adds to, without fences, and any thread reads. */
final class Tally {
    private final AtomicLong count = new AtomicLong();

    void add(long amount) {
        count.setOpaque(count.getPlain() + amount);
    }

    void subtract(long amount) {
        add(-amount);
    }

    long get() {
        return count.getOpaque();
    }
}
