package org.tunnel8.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts side by side that one thread writes and any thread reads.
 *
 * <p>An addition is a load and a store in place, without a read-modify-write instruction; readers see whole values, each a
 * moment old at most.
 */
final class LongCounts {
    private final AtomicLongArray counts;

    LongCounts(int size) {
        this.counts = new AtomicLongArray(size);
    }

    /** Where the count of a constant stands, in counts that live no longer than the constants' order. */
    @SuppressWarnings("EnumOrdinal") // as in an EnumMap, without the object that stands between that and each count
    static int indexOf(Enum<?> constant) {
        return constant.ordinal();
    }

    /** Adds to one count; the one writing thread only. */
    void add(int index, long amount) {
        counts.setOpaque(index, counts.getPlain(index) + amount);
    }

    long get(int index) {
        return counts.getOpaque(index);
    }
}
