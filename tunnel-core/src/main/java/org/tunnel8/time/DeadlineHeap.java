package org.tunnel8.time;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Deadlines in the order in which they are due: a binary heap with the times beside, so that sorting touches no deadline. */
final class DeadlineHeap {
    private static final int FIRST_PLACES = 16;

    private long[] times = new long[FIRST_PLACES];
    private @Nullable Deadline[] heap = new Deadline[FIRST_PLACES];
    private int size;

    void add(Deadline deadline) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
            times = Arrays.copyOf(times, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!isBefore(deadline, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(deadline, at);
    }

    /** The deadline that is due first; null if there is none. */
    @Nullable
    Deadline first() {
        return heap[0];
    }

    void removeFirst() {
        Deadline last = at(--size);
        heap[size] = null;
        if (size > 0) {
            sink(last, 0);
        }
    }

    /** Takes out those that were cancelled. */
    void removeCancelled() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            Deadline deadline = at(i);
            if (deadline.isPending()) {
                put(deadline, kept++);
            }
        }
        Arrays.fill(heap, kept, size, null);
        size = kept;
        int places = Math.max(FIRST_PLACES, Integer.highestOneBit(size) << 1);
        heap = Arrays.copyOf(heap, places);
        times = Arrays.copyOf(times, places);
        for (int i = (size >>> 1) - 1; i >= 0; i--) {
            sink(at(i), i);
        }
    }

    private void sink(Deadline deadline, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(child + 1, child)) {
                child++;
            }
            if (isBefore(deadline, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(deadline, at);
    }

    private void put(Deadline deadline, int place) {
        heap[place] = deadline;
        times[place] = deadline.whenNanos();
    }

    private void move(int from, int to) {
        heap[to] = heap[from];
        times[to] = times[from];
    }

    private boolean isBefore(Deadline deadline, int place) {
        long time = deadline.whenNanos();
        return time < times[place] || (time == times[place] && deadline.isBefore(at(place)));
    }

    private boolean isBefore(int place, int other) {
        return times[place] < times[other]
                || (times[place] == times[other] && at(place).isBefore(at(other)));
    }

    private Deadline at(int index) {
        Deadline deadline = heap[index];
        if (deadline == null) {
            throw new AssertionError("no deadline at " + index + " of " + size);
        }
        return deadline;
    }

    int size() {
        return size;
    }
}
