package org.tunnel8.time;

import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen, soonest first: a binary heap with the times beside, so that sorting touches an entry only where times
 * are equal. With hundreds of heaps an entry has long left the processor's caches when its turn comes. One thread at a
 * time.
 *
 * @param <T> what it holds
 */
public final class TimeHeap<T extends TimeHeap.Entry<T>> {
    private static final int FIRST_PLACES = 16;

    // Of the type that casts to T are erased to: one to a class would touch the entry.
    private @Nullable Entry<?>[] entries = new Entry<?>[FIRST_PLACES];
    private long[] times = new long[FIRST_PLACES];
    private int size;

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
        int at = size++;
        if (at == times.length) {
            times = Arrays.copyOf(times, 2 * at);
            entries = Arrays.copyOf(entries, 2 * at);
        }
        long time = entry.whenNanos();
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!isBefore(entry, time, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(entry, time, at);
    }

    /**
     * The entry that comes first.
     *
     * @return null if there is none
     */
    public @Nullable T first() {
        return size == 0 ? null : entry(0);
    }

    /**
     * The time of the entry that comes first; does not touch the entry.
     *
     * @return nanoseconds; {@link Long#MAX_VALUE} if there is none
     */
    public long firstNanos() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /**
     * Takes out the entry that comes first.
     *
     * @return the entry
     * @throws NoSuchElementException if there is none
     */
    public T removeFirst() {
        if (size == 0) {
            throw new NoSuchElementException("nothing is to happen");
        }
        T first = entry(0);
        T last = entry(--size);
        entries[size] = null;
        if (size > 0) {
            sink(last, times[size], 0);
        }
        return first;
    }

    /**
     * Takes out all entries of a kind, and gives back the room they took.
     *
     * @param which tells the kind
     */
    public void removeIf(Predicate<T> which) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            T entry = entry(i);
            if (!which.test(entry)) {
                put(entry, times[i], kept++);
            }
        }
        Arrays.fill(entries, kept, size, null);
        size = kept;
        int places = Math.max(FIRST_PLACES, Integer.highestOneBit(size) << 1);
        times = Arrays.copyOf(times, places);
        entries = Arrays.copyOf(entries, places);
        for (int i = (size >>> 1) - 1; i >= 0; i--) {
            sink(entry(i), times[i], i);
        }
    }

    /**
     * How many entries are held.
     *
     * @return zero or more
     */
    public int size() {
        return size;
    }

    private void sink(T entry, long time, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(child + 1, child)) {
                child++;
            }
            if (isBefore(entry, time, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(entry, time, at);
    }

    /** What is at a place that is taken. */
    @SuppressWarnings({"unchecked", "NullAway"}) // only entries of this type are ever put there
    private T entry(int place) {
        return (T) entries[place];
    }

    private void put(T entry, long time, int place) {
        entries[place] = entry;
        times[place] = time;
    }

    private void move(int from, int to) {
        entries[to] = entries[from];
        times[to] = times[from];
    }

    private boolean isBefore(T entry, long time, int place) {
        return time < times[place] || (time == times[place] && entry.isBefore(entry(place)));
    }

    private boolean isBefore(int place, int other) {
        return times[place] < times[other]
                || (times[place] == times[other] && entry(place).isBefore(entry(other)));
    }
}
