package org.tunnel8.time;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bounded map that forgets by itself what was not entered again for a while, and beyond its bound what was entered
 * longest ago.
 *
 * <p>What has lapsed is not found any more, and is swept out soon after: by whoever enters something, and by a single
 * deadline while anything is held, an eighth of the age late at most. Engine thread only.
 *
 * @param <K> what entries are found by
 * @param <V> what is remembered
 */
public final class LapsingMap<K, V> {
    /** A sweep waits for this part of the age since the one before, so that it is not made for each entry. */
    private static final int SWEEPS_PER_AGE = 8;

    private final Deadlines deadlines;
    private final int capacity;
    private final long ageNanos;
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>();
    private @Nullable Deadline sweep;

    private record Entry<V>(V value, long enteredNanos) {}

    /**
     * Makes an empty map.
     *
     * @param deadlines the engine's time
     * @param capacity entries held at most; at least 1
     * @param ageNanos how long an entry is remembered; above 0
     */
    public LapsingMap(Deadlines deadlines, int capacity, long ageNanos) {
        if (capacity < 1 || ageNanos < 1) {
            throw new IllegalArgumentException("a map of " + capacity + " entries for " + ageNanos + " ns holds none");
        }
        this.deadlines = deadlines;
        this.capacity = capacity;
        this.ageNanos = ageNanos;
    }

    /**
     * Enters something, as the latest; what was entered under the key before gives way.
     *
     * @param key its key
     * @param value what is remembered
     */
    public void put(K key, V value) {
        forgetLapsed();
        entries.remove(key);
        entries.put(key, new Entry<>(value, deadlines.nowNanos()));
        if (entries.size() > capacity) {
            Iterator<K> oldest = entries.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        if (sweep == null) {
            sweep = deadlines.after(ageNanos, this::sweep);
        }
    }

    /**
     * Finds what was entered. That makes it last no longer.
     *
     * @param key its key
     * @return null if nothing was, or it has lapsed
     */
    public @Nullable V get(K key) {
        Entry<V> entry = entries.get(key);
        return entry == null || hasLapsed(entry) ? null : entry.value();
    }

    /**
     * Forgets one entry.
     *
     * @param key its key
     * @return what was remembered; null if nothing was, or it has lapsed
     */
    public @Nullable V remove(K key) {
        Entry<V> entry = entries.remove(key);
        return entry == null || hasLapsed(entry) ? null : entry.value();
    }

    /** Forgets everything. */
    public void clear() {
        entries.clear();
    }

    /**
     * How many entries are held.
     *
     * @return zero to the capacity; those included that have lapsed and were not swept out yet
     */
    public int size() {
        return entries.size();
    }

    private boolean hasLapsed(Entry<V> entry) {
        return deadlines.nowNanos() - entry.enteredNanos() >= ageNanos;
    }

    private void forgetLapsed() {
        Iterator<Entry<V>> oldestFirst = entries.values().iterator();
        while (oldestFirst.hasNext() && hasLapsed(oldestFirst.next())) {
            oldestFirst.remove();
        }
    }

    private void sweep() {
        forgetLapsed();
        sweep = null;
        if (!entries.isEmpty()) {
            long oldestNanos = entries.values().iterator().next().enteredNanos();
            long soonest = deadlines.nowNanos() + Math.max(1, ageNanos / SWEEPS_PER_AGE);
            sweep = deadlines.at(Math.max(oldestNanos + ageNanos, soonest), this::sweep);
        }
    }
}
