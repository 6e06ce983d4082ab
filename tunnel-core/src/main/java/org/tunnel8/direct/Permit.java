package org.tunnel8.direct;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What a user's consent is to the sockets that it allows: they ask it before they open and before they send, and it closes
 * them when it ends. Made for a lease alone, never kept anywhere.
 *
 * <p>It is over when its time is, by either clock: one that counts, which may stand still while the machine sleeps, and the
 * one on the wall. Loop thread only, but for {@link #isInForce()} and {@link #forbid()}.
 */
public final class Permit {
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final long untilNanos;
    private final Instant until;
    private final Set<Holder> holders = new LinkedHashSet<>();
    private volatile boolean forbidden;

    /** Something that may be open only as long as a permit is in force. */
    interface Holder {
        /** The permit is over: close at once. */
        void permitEnded(boolean clientCloses);
    }

    /**
     * Makes a permit that is in force from now on.
     *
     * @param duration for how long
     * @param nanoClock the time as it passes
     * @param wallClock the time as people read it
     */
    public Permit(Duration duration, LongSupplier nanoClock, InstantSource wallClock) {
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.untilNanos = nanoClock.getAsLong() + duration.toNanos();
        this.until = wallClock.instant().plus(duration);
    }

    /**
     * When it is over at the latest.
     *
     * @return the time on the wall's clock
     */
    public Instant until() {
        return until;
    }

    /**
     * How much time is left, unless it is forbidden before.
     *
     * @return nanoseconds; none or less when it is over
     */
    public long leftNanos() {
        return Math.min(
                untilNanos - nanoClock.getAsLong(),
                Duration.between(wallClock.instant(), until).toNanos());
    }

    /**
     * Whether anything may go directly by it now. Thread-safe.
     *
     * @return false once its time is over, or it was forbidden, for good
     */
    public boolean isInForce() {
        return !forbidden && leftNanos() > 0;
    }

    /**
     * Whether it was taken back before its time. Thread-safe.
     *
     * @return true after {@link #forbid()} or {@link #end}
     */
    public boolean isForbidden() {
        return forbidden;
    }

    /** Takes it back: nothing opens or is sent from now on; what is open is closed by {@link #end}. Thread-safe. */
    public void forbid() {
        forbidden = true;
    }

    /**
     * Closes all that is open by it.
     *
     * @param clientCloses whether all of the client ends with it
     */
    public void end(boolean clientCloses) {
        forbidden = true;
        List<Holder> open = List.copyOf(holders);
        holders.clear();
        open.forEach(holder -> holder.permitEnded(clientCloses));
    }

    /**
     * Has somebody be told of the end.
     *
     * @throws IllegalStateException if it is over already: whoever opens something has to ask first
     */
    void hold(Holder holder) {
        if (!isInForce()) {
            throw new IllegalStateException("nothing may go directly any more");
        }
        holders.add(holder);
    }

    void release(Holder holder) {
        holders.remove(holder);
    }
}
