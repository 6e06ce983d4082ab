package org.tunnel8.simulation;

import org.tunnel8.time.TimeHeap;

/** What is to happen, soonest first, and in the order of asking among what happens at the same time. */
final class EventQueue {
    private final TimeHeap<Event> heap = new TimeHeap<>();
    private long numbers;

    void add(Event event) {
        event.number = numbers++;
        heap.add(event);
    }

    /** The time of the first event; {@link Long#MAX_VALUE} if there is none. */
    long nextNanos() {
        return heap.firstNanos();
    }

    Event remove() {
        return heap.removeFirst();
    }

    int size() {
        return heap.size();
    }
}
