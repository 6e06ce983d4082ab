package org.tunnel8.time;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Timers that may be late by up to a tick, for things of which there are many: all that is due in a tick is run by one
 * deadline, and setting or cancelling a timer touches no other one's order. Engine thread only.
 */
public final class TimerWheel {
    private final Deadlines deadlines;
    private final long tickNanos;
    private final long startNanos;
    private final List<List<Timer>> slots = new ArrayList<>();
    private final List<Timer> due = new ArrayList<>();
    private int size;
    private @Nullable Deadline next;
    private long nextTick;
    private boolean turning;

    /** Something that is to be done, again and again perhaps; set in one wheel at a time. */
    public abstract static class Timer {
        private static final int NOT_SET = -1;
        private static final int DUE = -2;

        private int slot = NOT_SET;
        private int place;
        private long tick;

        /** For subclasses. */
        protected Timer() {}

        /** What to do when it is due; it is not set any more by then and may be set anew. Must not throw. */
        protected abstract void run();

        /**
         * Tells whether it is still to run.
         *
         * @return true from being set until it runs or is cancelled
         */
        public final boolean isSet() {
            return slot != NOT_SET;
        }
    }

    /**
     * Makes a wheel whose ticks are counted from now.
     *
     * @param deadlines the engine's time
     * @param tickNanos nanoseconds between ticks; above 0
     * @param ticksAhead how many ticks ahead timers are set as a rule; at least 1. Those further ahead cost a look more
     */
    public TimerWheel(Deadlines deadlines, long tickNanos, int ticksAhead) {
        if (tickNanos < 1 || ticksAhead < 1) {
            throw new IllegalArgumentException("no wheel of " + ticksAhead + " ticks of " + tickNanos + " ns");
        }
        this.deadlines = deadlines;
        this.tickNanos = tickNanos;
        this.startNanos = deadlines.nowNanos();
        for (int i = 0; i <= ticksAhead; i++) {
            slots.add(new ArrayList<>());
        }
    }

    /**
     * Has a timer run at the first tick at or after a time; at the next one if the time has passed.
     *
     * @param timer one that is not set
     * @param whenNanos nanoseconds on the engine's clock
     */
    public void setAt(Timer timer, long whenNanos) {
        set(timer, Math.max(currentTick() + 1, -Math.floorDiv(startNanos - whenNanos, tickNanos)));
    }

    /**
     * Has a timer run some ticks from now. Where the current tick came late, the later ones do not for that.
     *
     * @param timer one that is not set
     * @param ticks at least 1
     */
    public void setIn(Timer timer, int ticks) {
        set(timer, currentTick() + Math.max(1, ticks));
    }

    private long currentTick() {
        return (deadlines.nowNanos() - startNanos) / tickNanos;
    }

    private void set(Timer timer, long at) {
        if (timer.isSet()) {
            throw new IllegalStateException("the timer is set already");
        }
        timer.tick = at;
        timer.slot = slotOf(at);
        List<Timer> slot = slots.get(timer.slot);
        timer.place = slot.size();
        slot.add(timer);
        size++;
        if (!turning && (next == null || at < nextTick)) {
            waitFor(at);
        }
    }

    private int slotOf(long at) {
        return (int) (at % slots.size());
    }

    /**
     * Makes sure that a timer does not run any more. Does nothing if it is not set.
     *
     * @param timer one of this wheel
     */
    public void cancel(Timer timer) {
        if (timer.slot >= 0) {
            takeOut(timer);
        }
        timer.slot = Timer.NOT_SET;
        if (size == 0 && next != null) {
            next.cancel();
            next = null;
        }
    }

    /** Has the last of its slot take its place. */
    private void takeOut(Timer timer) {
        List<Timer> slot = slots.get(timer.slot);
        Timer last = slot.remove(slot.size() - 1);
        if (last != timer) {
            slot.set(timer.place, last);
            last.place = timer.place;
        }
        size--;
    }

    /**
     * How many timers are set.
     *
     * @return zero or more
     */
    public int size() {
        return size;
    }

    private void waitFor(long at) {
        if (next != null) {
            next.cancel();
        }
        nextTick = at;
        next = deadlines.at(startNanos + at * tickNanos, this::turn);
    }

    private void turn() {
        next = null;
        turning = true;
        long tick = currentTick();
        // However long nobody turned it, no slot is met twice.
        for (long at = Math.max(nextTick, tick - slots.size() + 1); at <= tick; at++) {
            collect(slots.get(slotOf(at)), tick);
        }
        for (Timer timer : due) {
            if (timer.slot == Timer.DUE) {
                timer.slot = Timer.NOT_SET;
                timer.run();
            }
        }
        due.clear();
        turning = false;
        if (size > 0) {
            waitFor(firstTickAfter(tick));
        }
    }

    /** All before any is run, so that none that they set runs in the same turn. */
    private void collect(List<Timer> slot, long tick) {
        for (int i = slot.size() - 1; i >= 0; i--) {
            Timer timer = slot.get(i);
            if (timer.tick <= tick) {
                takeOut(timer);
                timer.slot = Timer.DUE;
                due.add(timer);
            }
        }
    }

    /** The tick of the first slot that holds something, if only for a later turn of the wheel. */
    private long firstTickAfter(long tick) {
        long at = tick + 1;
        while (slots.get(slotOf(at)).isEmpty()) {
            at++;
        }
        return at;
    }
}
