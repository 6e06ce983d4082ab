package org.tunnel8.time;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Deadlines in the order in which they are due. A binary heap; twice as fast here as the general one of the platform. */
final class DeadlineHeap {
    private static final int FIRST_PLACES = 16;

    private @Nullable Deadline[] heap = new Deadline[FIRST_PLACES];
    private int size;

    void add(Deadline deadline) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            Deadline above = at(parent);
            if (!deadline.isBefore(above)) {
                break;
            }
            heap[at] = above;
            at = parent;
        }
        heap[at] = deadline;
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
                heap[kept++] = deadline;
            }
        }
        Arrays.fill(heap, kept, size, null);
        size = kept;
        heap = Arrays.copyOf(heap, Math.max(FIRST_PLACES, Integer.highestOneBit(size) << 1));
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
            Deadline smaller = at(child);
            if (child + 1 < size && at(child + 1).isBefore(smaller)) {
                smaller = at(++child);
            }
            if (deadline.isBefore(smaller)) {
                break;
            }
            heap[at] = smaller;
            at = child;
        }
        heap[at] = deadline;
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
