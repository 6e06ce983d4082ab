package org.tunnel8.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen, soonest first, and in the order of asking among what happens at the same time: a binary heap
 * with the times beside, so that sorting touches no event.
 */
final class EventQueue {
    private long[] times = new long[1_024];
    private @Nullable Event[] heap = new Event[1_024];
    private int size;
    private long numbers;

    void add(Event event) {
        event.number = numbers++;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
            times = Arrays.copyOf(times, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!isBefore(event, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(event, at);
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
            if (child + 1 < size && isBefore(child + 1, child)) {
                child++;
            }
            if (isBefore(event, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(event, at);
    }

    private void put(Event event, int place) {
        heap[place] = event;
        times[place] = event.atNanos;
    }

    private void move(int from, int to) {
        heap[to] = heap[from];
        times[to] = times[from];
    }

    private boolean isBefore(Event event, int place) {
        return event.atNanos < times[place] || (event.atNanos == times[place] && event.isBefore(at(place)));
    }

    private boolean isBefore(int place, int other) {
        return times[place] < times[other]
                || (times[place] == times[other] && at(place).isBefore(at(other)));
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
