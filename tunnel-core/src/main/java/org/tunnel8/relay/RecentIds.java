package org.tunnel8.relay;

/**
 * Circuit ids that were used lately, each with its time, oldest first.
 *
 * <p>A ring of ids and times, and a table of open addressing that leads to them; at most 28 bytes for each that it has
 * held at once. Engine thread only.
 */
final class RecentIds {
    private static final int FIRST_PLACES = 64;

    /** Powers of two long. */
    private int[] ids = new int[FIRST_PLACES];

    private long[] times = new long[FIRST_PLACES];
    /** One more than the place in the ring; 0 is free. Twice as long as the ring. */
    private int[] slots = new int[2 * FIRST_PLACES];

    private int oldest;
    private int size;

    boolean contains(int id) {
        return slots[slotOf(id)] != 0;
    }

    /** Adds an id that it does not hold, with a time that is not before any other's. */
    void add(int id, long nowNanos) {
        if (size == ids.length) {
            grow();
        }
        put(id, nowNanos);
    }

    /** Forgets what was added before a time. */
    void removeBefore(long nanos) {
        while (size > 0 && times[oldest] < nanos) {
            free(slotOf(ids[oldest]));
            oldest = (oldest + 1) & (ids.length - 1);
            size--;
        }
    }

    int size() {
        return size;
    }

    private void put(int id, long nanos) {
        int place = (oldest + size) & (ids.length - 1);
        ids[place] = id;
        times[place] = nanos;
        slots[slotOf(id)] = place + 1;
        size++;
    }

    /** The slot that holds the id, or the free one where it would be. */
    private int slotOf(int id) {
        int mask = slots.length - 1;
        int slot = home(id);
        while (slots[slot] != 0 && ids[slots[slot] - 1] != id) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(int id) {
        int mixed = id * 0x9E3779B9; // 2^32 / golden ratio: spreads ids that differ in few bits
        return (mixed ^ (mixed >>> 16)) & (slots.length - 1);
    }

    /** Frees a slot and moves those behind it up, so that probing never stops short of an id. */
    private void free(int freed) {
        int mask = slots.length - 1;
        slots[freed] = 0;
        int gap = freed;
        for (int slot = (gap + 1) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            int home = home(ids[slots[slot] - 1]);
            if (((slot - home) & mask) >= ((slot - gap) & mask)) {
                slots[gap] = slots[slot];
                slots[slot] = 0;
                gap = slot;
            }
        }
    }

    private void grow() {
        int[] oldIds = ids;
        long[] oldTimes = times;
        int first = oldest;
        int count = size;
        ids = new int[2 * oldIds.length];
        times = new long[2 * oldIds.length];
        slots = new int[4 * oldIds.length];
        oldest = 0;
        size = 0;
        for (int i = 0; i < count; i++) {
            int place = (first + i) & (oldIds.length - 1);
            put(oldIds[place], oldTimes[place]);
        }
    }
}
