package org.tunnel8.simulation;

import java.time.Duration;

/** The ways between sites: how long each takes is decided by the network's seed and the pair, whoever speaks first. */
final class Paths {
    private static final int FIRST_PLACES = 1 << 12;

    // What the table holds of each pair, and what stands in the place of a pair where there is none.
    private static final int FIELDS = 4;
    private static final int ONE_WAY = 1;
    private static final int UP = 2;
    private static final int DOWN = 3;
    private static final long FREE = Long.MIN_VALUE;

    /** Pairs by which nothing was sent for so long may be forgotten: what they were is drawn again, the same. */
    private static final long IDLE_NANOS = Duration.ofMinutes(5).toNanos();

    private final long seed;
    /**
     * Four numbers for each pair, side by side in memory: the pair itself, the way's time, and when the last datagram
     * arrives that may not be overtaken, in the direction of rising numbers and back. A pair is in the first free place from
     * the one that its digest names; at most half of them are taken.
     */
    private long[] table = emptyTable(FIRST_PLACES);

    private int count;
    private LinkSettings settings = LinkSettings.steady(Duration.ofMillis(60));

    Paths(long seed) {
        this.seed = seed;
    }

    LinkSettings settings() {
        return settings;
    }

    void settings(LinkSettings changed) {
        settings = changed;
        table = emptyTable(FIRST_PLACES);
        count = 0;
    }

    private static long[] emptyTable(int places) {
        long[] table = new long[FIELDS * places];
        for (int at = 0; at < table.length; at += FIELDS) {
            table[at] = FREE;
        }
        return table;
    }

    /** The way between two sites: where it is, until the next one is asked for. */
    int between(int a, int b, long nowNanos) {
        long pair = ((long) Math.min(a, b) << 32) | Integer.toUnsignedLong(Math.max(a, b));
        int at = placeOf(pair);
        if (table[at] == FREE) {
            if (FIELDS * 2 * (count + 1) > table.length) {
                makeRoom(nowNanos - IDLE_NANOS);
                at = placeOf(pair);
            }
            count++;
            table[at] = pair;
            table[at + ONE_WAY] = draw(pair);
        }
        return at;
    }

    /** How long a way takes in each direction. */
    long oneWayNanos(int at) {
        return table[at + ONE_WAY];
    }

    /** Has a datagram overtake no other that goes the same way: tells when it arrives that would at some time. */
    long inOrder(int at, boolean up, long arrivesNanos) {
        int direction = at + (up ? UP : DOWN);
        long arrives = Math.max(arrivesNanos, table[direction]);
        table[direction] = arrives;
        return arrives;
    }

    private int placeOf(long pair) {
        int mask = table.length - 1;
        int at = (int) SeededRandom.mix(pair) * FIELDS & mask;
        while (table[at] != FREE && table[at] != pair) {
            at = (at + FIELDS) & mask;
        }
        return at;
    }

    /** Forgets idle pairs, of sites that have left mostly, and doubles the table if these are few. */
    private void makeRoom(long idleNanos) {
        long[] old = table;
        count = 0;
        for (int at = 0; at < old.length; at += FIELDS) {
            count += isUsed(old, at, idleNanos) ? 1 : 0;
        }
        int places = old.length / FIELDS;
        table = emptyTable(4 * count > places ? 2 * places : places);
        for (int at = 0; at < old.length; at += FIELDS) {
            if (isUsed(old, at, idleNanos)) {
                System.arraycopy(old, at, table, placeOf(old[at]), FIELDS);
            }
        }
    }

    /** Whether there is a pair by which something arrives or arrived since then, the order of which may matter. */
    private static boolean isUsed(long[] table, int at, long sinceNanos) {
        return table[at] != FREE && Math.max(table[at + UP], table[at + DOWN]) >= sinceNanos;
    }

    /** How many pairs are remembered. */
    int size() {
        return count;
    }

    /** Log-normal, by StrictMath, which gives the same bits on every platform. */
    private long draw(long pair) {
        double factor = 1;
        if (settings.spread() > 0) {
            SeededRandom random = new SeededRandom(seed ^ SeededRandom.mix(pair));
            factor = StrictMath.exp(settings.spread() * random.nextGaussian());
        }
        return (long) (settings.medianRoundTrip().toNanos() * 0.5 * factor);
    }
}
