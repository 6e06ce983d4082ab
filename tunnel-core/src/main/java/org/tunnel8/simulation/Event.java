package org.tunnel8.simulation;

import org.tunnel8.time.TimeHeap;

/** Something that happens at a time; what it is, its kind tells. */
abstract class Event implements TimeHeap.Entry<Event> {
    final long atNanos;
    /** Tells events of the same time apart; given by the queue. */
    long number;

    Event(long atNanos) {
        this.atNanos = atNanos;
    }

    @Override
    public long whenNanos() {
        return atNanos;
    }

    @Override
    public boolean isBefore(Event other) {
        return atNanos < other.atNanos || (atNanos == other.atNanos && number < other.number);
    }
}
