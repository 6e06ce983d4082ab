package org.tunnel8.simulation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The ways between sites: how long each takes is decided by the network's seed and the pair, whoever speaks first. */
final class Paths {
    private static final int FIRST_PLACES = 1 << 12;

    private final long seed;
    /** By pair, in the first free place from the one that the pair's digest names; at most half full. */
    private @Nullable Path[] table = new Path[FIRST_PLACES];

    private int count;
    private LinkSettings settings = LinkSettings.steady(Duration.ofMillis(60));

    /** The way between two sites. */
    static final class Path {
        final long pair;
        final long oneWayNanos;
        /** When the last datagram arrives that may not be overtaken, in the direction of rising numbers and back. */
        long upNanos;

        long downNanos;

        Path(long pair, long oneWayNanos) {
            this.pair = pair;
            this.oneWayNanos = oneWayNanos;
        }
    }

    Paths(long seed) {
        this.seed = seed;
    }

    LinkSettings settings() {
        return settings;
    }

    void settings(LinkSettings changed) {
        settings = changed;
        table = new Path[FIRST_PLACES];
        count = 0;
    }

    Path between(int a, int b) {
        long pair = ((long) Math.min(a, b) << 32) | Math.max(a, b);
        int place = placeOf(pair);
        Path known = table[place];
        if (known == null) {
            known = new Path(pair, draw(pair));
            table[place] = known;
            if (2 * ++count > table.length) {
                grow();
            }
        }
        return known;
    }

    private int placeOf(long pair) {
        int place = (int) SeededRandom.mix(pair) & (table.length - 1);
        while (true) {
            Path there = table[place];
            if (there == null || there.pair == pair) {
                return place;
            }
            place = (place + 1) & (table.length - 1);
        }
    }

    private void grow() {
        @Nullable Path[] old = table;
        table = new Path[2 * old.length];
        for (Path path : old) {
            if (path != null) {
                table[placeOf(path.pair)] = path;
            }
        }
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
