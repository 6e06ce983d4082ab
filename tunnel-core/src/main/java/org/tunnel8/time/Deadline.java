package org.tunnel8.time;

/**
 * One pending action of {@link Deadlines}. Engine thread only.
 */
public final class Deadline implements TimeHeap.Entry<Deadline> {
    private final Deadlines queue;
    private final long whenNanos;
    private final long sequence;
    private final Runnable action;
    private boolean pending = true;

    Deadline(Deadlines queue, long whenNanos, long sequence, Runnable action) {
        this.queue = queue;
        this.whenNanos = whenNanos;
        this.sequence = sequence;
        this.action = action;
    }

    /** Makes sure that the action does not run any more. Does nothing if it has run or was cancelled. */
    public void cancel() {
        if (pending) {
            pending = false;
            queue.cancelled();
        }
    }

    /**
     * Tells whether the action is still to run.
     *
     * @return false once it has run or was cancelled
     */
    public boolean isPending() {
        return pending;
    }

    /**
     * The time at which the action is due.
     *
     * @return nanoseconds on the engine's clock
     */
    @Override
    public long whenNanos() {
        return whenNanos;
    }

    void run() {
        pending = false;
        action.run();
    }

    /** By time and, among equals, by the order in which they were asked for, so that runs repeat exactly. */
    @Override
    public boolean isBefore(Deadline other) {
        return whenNanos < other.whenNanos || (whenNanos == other.whenNanos && sequence < other.sequence);
    }
}
