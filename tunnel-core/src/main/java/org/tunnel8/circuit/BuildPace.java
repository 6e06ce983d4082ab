package org.tunnel8.circuit;

import org.tunnel8.time.Deadlines;

/**
 * How hard it is tried to get circuits: how many are being built at a time, how hops are drawn, and how long nothing is tried
 * after failures.
 *
 * <p>Where nobody answers at all, we are cut off, most likely, and more attempts would only add to the load: after a few in
 * a row there are pauses, which grow (FR-004). Where hops answer and circuits still do not come up, as most are full, the next
 * attempt is worth more than a pause, until a good many have failed in a row. Engine thread only.
 */
final class BuildPace {
    /** The first pause after too many failures in a row; doubled with each further one (FR-004). */
    static final long FIRST_PAUSE_NANOS = 100_000_000L;
    /** The longest pause between attempts (FR-004). */
    static final long LONGEST_PAUSE_NANOS = 5_000_000_000L;
    /** Attempts in a row that no hop answered and that need no pause, for each circuit that is wanted: each tries others. */
    private static final int FREE_SILENT = 3;
    /** Attempts in a row that came to nothing though hops answered, and need no pause, for each circuit that is wanted. */
    private static final int FREE_ANSWERED = 12;
    /** Attempts in a row that failed, or are slow, before hops are drawn by whether they have let us in. */
    private static final int FREE_DRAWS = 3;
    /** Circuits being built at a time for each that is wanted: one, and one that is raced against it. */
    private static final int RACERS = 2;
    /** The same while flows have nothing to ride. */
    private static final int URGENT_RACERS = 3;

    private static final int MOST_DOUBLINGS = 10;

    private final CircuitSettings settings;
    private final Deadlines deadlines;
    private int silent;
    private int answered;
    private long pausedUntilNanos;

    BuildPace(CircuitSettings settings, Deadlines deadlines) {
        this.settings = settings;
        this.deadlines = deadlines;
    }

    /** A circuit has become ready. */
    void succeeded() {
        silent = 0;
        answered = 0;
        pausedUntilNanos = 0;
    }

    /** An attempt has failed; any hop may have answered before. */
    void failed(boolean anyAnswered) {
        if (anyAnswered) {
            silent = 0;
            answered++;
        } else {
            silent++;
        }
        int beyond = beyondFree();
        if (beyond > 0) {
            long pause = FIRST_PAUSE_NANOS << Math.min(beyond, MOST_DOUBLINGS);
            pausedUntilNanos = deadlines.nowNanos() + Math.min(LONGEST_PAUSE_NANOS, pause);
        }
    }

    /** Until when nothing is to be tried. */
    long pausedUntilNanos() {
        return pausedUntilNanos;
    }

    /** Somebody has become known with whom it may go better. */
    void resume() {
        pausedUntilNanos = 0;
    }

    private int beyondFree() {
        int circuits = 1 + settings.standbys();
        return Math.max(silent - FREE_SILENT * circuits, answered - FREE_ANSWERED * circuits);
    }

    /** Whether attempts may be raced and given up for others: where nothing comes up that would only add to the load. */
    boolean mayHurry() {
        return beyondFree() <= 0;
    }

    /**
     * How many may be being built at a time.
     *
     * @param wanted how many are wanted
     * @param isUrgent whether flows have nothing to ride
     */
    int most(int wanted, boolean isUrgent) {
        if (!mayHurry()) {
            return wanted;
        }
        return wanted * (isUrgent ? URGENT_RACERS : RACERS);
    }

    /**
     * How hops are to be drawn.
     *
     * @param isUrgent whether flows have nothing to ride
     * @param slow attempts under way that take longer than they should
     */
    Need need(boolean isUrgent, int slow) {
        if (silent + answered + slow < FREE_DRAWS) {
            return Need.USUAL;
        }
        return isUrgent ? Need.URGENT : Need.SPARING;
    }
}
