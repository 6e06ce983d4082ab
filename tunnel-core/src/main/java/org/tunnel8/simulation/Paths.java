package org.tunnel8.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The ways between sites: how long each takes is decided by the network's seed and the pair, whoever speaks first. */
final class Paths {
    private final long seed;
    private final Map<Long, Path> byPair = new HashMap<>();
    private LinkSettings settings = LinkSettings.steady(Duration.ofMillis(60));

    /** The way between two sites. */
    static final class Path {
        final long oneWayNanos;
        /** When the last datagram arrives that may not be overtaken, in the direction of rising numbers and back. */
        long upNanos;

        long downNanos;

        Path(long oneWayNanos) {
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
        byPair.clear();
    }

    Path between(int a, int b) {
        long pair = ((long) Math.min(a, b) << 32) | Math.max(a, b);
        Path known = byPair.get(pair);
        if (known == null) {
            known = new Path(draw(pair));
            byPair.put(pair, known);
        }
        return known;
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
