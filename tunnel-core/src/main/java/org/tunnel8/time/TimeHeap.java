package org.tunnel8.time;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen, soonest first: a binary heap with the times beside, so that sorting touches an entry only where times
 * are equal. One thread at a time.
 *
 * @param <T> what it holds
 */
public final class TimeHeap<T extends TimeHeap.Entry<T>> {
    private static final int FIRST_PLACES = 16;

    private final List<T> heap = new ArrayList<>();
    private long[] times = new long[FIRST_PLACES];

    /**
     * Something with a time that does not change while it is held.
     *
     * @param <T> the type itself
     */
    public interface Entry<T> {
        /**
         * When it is to happen.
         *
         * @return nanoseconds on the holder's clock
         */
        long whenNanos();

        /**
         * Tells which of two entries of the same time is to happen first, so that runs repeat exactly.
         *
         * @param other another entry of the same heap
         * @return true if this one comes before the other
         */
        boolean isBefore(T other);
    }

    /** Makes an empty heap. */
    public TimeHeap() {}

    /**
     * Adds an entry.
     *
     * @param entry one that is not held yet
     */
    public void add(T entry) {
        int at = heap.size();
        heap.add(entry);
        if (at == times.length) {
            times = Arrays.copyOf(times, 2 * at);
        }
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!isBefore(entry, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(entry, at);
    }

    /**
     * The entry that comes first.
     *
     * @return null if there is none
     */
    public @Nullable T first() {
        return heap.isEmpty() ? null : heap.get(0);
    }

    /**
     * Takes out the entry that comes first.
     *
     * @return the entry
     * @throws IndexOutOfBoundsException if there is none
     */
    public T removeFirst() {
        T first = heap.get(0);
        T last = heap.remove(heap.size() - 1);
        if (!heap.isEmpty()) {
            sink(last, 0);
        }
        return first;
    }

    /**
     * Takes out all entries of a kind, and gives back the room they took.
     *
     * @param which tells the kind
     */
    public void removeIf(Predicate<T> which) {
        heap.removeIf(which);
        times = new long[Math.max(FIRST_PLACES, Integer.highestOneBit(heap.size()) << 1)];
        for (int i = 0; i < heap.size(); i++) {
            times[i] = heap.get(i).whenNanos();
        }
        for (int i = (heap.size() >>> 1) - 1; i >= 0; i--) {
            sink(heap.get(i), i);
        }
    }

    /**
     * How many entries are held.
     *
     * @return zero or more
     */
    public int size() {
        return heap.size();
    }

    private void sink(T entry, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= heap.size()) {
                break;
            }
            if (child + 1 < heap.size() && isBefore(child + 1, child)) {
                child++;
            }
            if (isBefore(entry, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(entry, at);
    }

    private void put(T entry, int place) {
        heap.set(place, entry);
        times[place] = entry.whenNanos();
    }

    private void move(int from, int to) {
        heap.set(to, heap.get(from));
        times[to] = times[from];
    }

    private boolean isBefore(T entry, int place) {
        long time = entry.whenNanos();
        return time < times[place] || (time == times[place] && entry.isBefore(heap.get(place)));
    }

    private boolean isBefore(int place, int other) {
        return times[place] < times[other]
                || (times[place] == times[other] && heap.get(place).isBefore(heap.get(other)));
    }
}
