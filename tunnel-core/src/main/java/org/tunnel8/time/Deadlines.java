package org.tunnel8.time;

/**
 * The engine's only notion of time: a clock that is told what time it is, and the queue of what is to happen when.
 *
 * <p>Engine thread only. The clock never runs backwards; a driver that tells an earlier time is read as telling the
 * time already known.
 */
public final class Deadlines {
    /** Cancelled entries are swept out once there are this many and they outnumber the live ones. */
    private static final int SWEEP_AT_LEAST = 64;

    private final TimeHeap<Deadline> queue = new TimeHeap<>();
    private long nowNanos;
    private long sequence;
    private int cancelled;

    /**
     * Starts the clock.
     *
     * @param nowNanos the time at the start; not negative
     */
    public Deadlines(long nowNanos) {
        if (nowNanos < 0) {
            throw new IllegalArgumentException("the engine's clock starts at 0 or later, not at " + nowNanos);
        }
        this.nowNanos = nowNanos;
    }

    /**
     * The time as last told.
     *
     * @return nanoseconds, meaningful only against other values of this clock
     */
    public long nowNanos() {
        return nowNanos;
    }

    /**
     * Tells the time.
     *
     * @param now nanoseconds on the engine's clock
     */
    public void advance(long now) {
        nowNanos = Math.max(nowNanos, now);
    }

    /**
     * Has an action run after a while.
     *
     * @param delayNanos nanoseconds from now; zero or less means at the next {@link #runDue()}
     * @param action what to do; must not throw
     * @return the handle that cancels it
     */
    public Deadline after(long delayNanos, Runnable action) {
        return at(nowNanos + Math.max(0, delayNanos), action);
    }

    /**
     * Has an action run at a time.
     *
     * @param whenNanos nanoseconds on the engine's clock
     * @param action what to do; must not throw
     * @return the handle that cancels it
     */
    public Deadline at(long whenNanos, Runnable action) {
        Deadline deadline = new Deadline(this, whenNanos, sequence++, action);
        queue.add(deadline);
        return deadline;
    }

    /** Runs what is due at the time last told, earliest first, also what those actions make due at that time. */
    public void runDue() {
        while (queue.size() > 0 && queue.firstNanos() <= nowNanos) {
            Deadline first = queue.removeFirst();
            if (first.isPending()) {
                first.run();
            } else {
                cancelled--;
            }
        }
    }

    /**
     * The time of the earliest pending action.
     *
     * @return nanoseconds on the engine's clock; {@link Long#MAX_VALUE} if nothing is pending
     */
    public long nextNanos() {
        while (cancelled > 0) {
            Deadline first = queue.first();
            if (first == null) {
                return Long.MAX_VALUE;
            }
            if (first.isPending()) {
                return first.whenNanos();
            }
            queue.removeFirst();
            cancelled--;
        }
        return queue.firstNanos();
    }

    /**
     * How many actions are pending.
     *
     * @return zero or more
     */
    public int size() {
        return queue.size() - cancelled;
    }

    /**
     * Entries held, cancelled ones included: what the queue costs.
     *
     * @return zero or more
     */
    public int queued() {
        return queue.size();
    }

    /**
     * The most entries that are ever held.
     *
     * @param pending the most actions that are pending at a time
     * @return a bound of {@link #queued()}
     */
    public static int mostQueued(int pending) {
        return 2 * pending + SWEEP_AT_LEAST;
    }

    void cancelled() {
        cancelled++;
        if (cancelled >= SWEEP_AT_LEAST && cancelled > queue.size() / 2) {
            queue.removeIf(deadline -> !deadline.isPending());
            cancelled = 0;
        }
    }
}
