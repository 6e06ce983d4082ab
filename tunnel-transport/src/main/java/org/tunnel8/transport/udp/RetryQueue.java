package org.tunnel8.transport.udp;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what failed for a passing reason until it is due again, bounded in number and in bytes ({@code FR-004}).
 *
 * <p>Reads no clock: the time is told. Loop thread only.
 */
final class RetryQueue<T> {
    /** Tells that nothing is due, ever. */
    static final long NEVER = Long.MAX_VALUE;

    private final int maxEntries;
    private final MemoryBudget budget;
    private final PriorityQueue<Entry<T>> entries = new PriorityQueue<>(RetryQueue::compareByDue);
    private long sequence;

    RetryQueue(int maxEntries, MemoryBudget budget) {
        this.maxEntries = maxEntries;
        this.budget = budget;
    }

    /**
     * Queues an item for its next attempt.
     *
     * @param retry which retry this is, from 1
     * @return false if the queue is full; the item is then still the caller's
     */
    boolean offer(T item, int retry, int bytes, long nowNanos) {
        if (entries.size() >= maxEntries || !budget.reserve(bytes)) {
            return false;
        }
        entries.add(new Entry<>(item, bytes, nowNanos + RetrySchedule.delayNanos(retry), sequence++));
        return true;
    }

    /** Takes the next item that is due, or returns null if none is. */
    @Nullable
    T pollDue(long nowNanos) {
        Entry<T> head = entries.peek();
        return head == null || head.dueNanos() - nowNanos > 0 ? null : poll();
    }

    /** Takes the next item, due or not, or returns null if there is none. */
    @Nullable
    T poll() {
        Entry<T> head = entries.poll();
        if (head == null) {
            return null;
        }
        budget.release(head.bytes());
        return head.item();
    }

    /** Returns when the next item is due, {@link #NEVER} if there is none. */
    long nextNanos() {
        Entry<T> head = entries.peek();
        return head == null ? NEVER : head.dueNanos();
    }

    int size() {
        return entries.size();
    }

    private static int compareByDue(Entry<?> one, Entry<?> other) {
        // Differences, since the clock may wrap around.
        int byDue = Long.compare(one.dueNanos() - other.dueNanos(), 0);
        return byDue != 0 ? byDue : Long.compare(one.sequence(), other.sequence());
    }

    private record Entry<T>(T item, int bytes, long dueNanos, long sequence) {}
}
