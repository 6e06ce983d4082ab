package org.tunnel8.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is to happen, soonest first, and in the order of asking among what happens at the same time. A binary heap. */
final class EventQueue {
    private @Nullable Event[] heap = new Event[1_024];
    private int size;
    private long numbers;

    void add(Event event) {
        event.number = numbers++;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            Event above = at(parent);
            if (!event.isBefore(above)) {
                break;
            }
            heap[at] = above;
            at = parent;
        }
        heap[at] = event;
    }

    /** The time of the first event; {@link Long#MAX_VALUE} if there is none. */
    long nextNanos() {
        Event first = heap[0];
        return first == null ? Long.MAX_VALUE : first.atNanos;
    }

    Event remove() {
        Event first = at(0);
        Event last = at(--size);
        heap[size] = null;
        if (size > 0) {
            sink(last);
        }
        return first;
    }

    private void sink(Event event) {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            Event smaller = at(child);
            if (child + 1 < size && at(child + 1).isBefore(smaller)) {
                smaller = at(++child);
            }
            if (event.isBefore(smaller)) {
                break;
            }
            heap[at] = smaller;
            at = child;
        }
        heap[at] = event;
    }

    private Event at(int index) {
        Event event = heap[index];
        if (event == null) {
            throw new AssertionError("no event at " + index + " of " + size);
        }
        return event;
    }

    int size() {
        return size;
    }
}
