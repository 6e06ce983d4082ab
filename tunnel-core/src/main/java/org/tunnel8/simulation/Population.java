package org.tunnel8.simulation;

import java.time.Duration;
import java.util.Objects;

/**
 * Who takes part in a scenario besides the measured client and the bootstrap servers. Shares are exact, but for
 * rounding; who is what, and where, is drawn.
 *
 * @param exits the share of exits, which have public addresses; there is always at least one
 * @param open of the others, the share with public addresses
 * @param symmetric of the others, the share behind symmetric NATs; the rest is behind port-restricted ones
 * @param misbehaving of the others, the share that does what it should not
 * @param meanUptime how long a peer stays on average, with exponential distribution; another comes in its place
 * @param sharedRouters of those behind NATs, the share that is behind the same router as another
 */
public record Population(
        double exits, double open, double symmetric, double misbehaving, Duration meanUptime, double sharedRouters) {
    /**
     * The standing population: 8 % exits; of the others 20 % public, 60 % port-restricted, 20 % symmetric; a mean
     * uptime of 40 minutes; one in twenty shares its router.
     */
    public static final Population STANDING = new Population(0.08, 0.2, 0.2, 0, Duration.ofMinutes(40), 0.05);

    /** The uptime of peers that never leave. */
    public static final Duration FOREVER = Duration.ofDays(36_500);

    /** 2^64 divided by the golden ratio: its multiples fill the range evenly, however many there are. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final double DOUBLE_UNIT = 0x1.0p-53;

    /** Checks the shares. */
    public Population {
        Objects.requireNonNull(meanUptime);
        requireShare(exits, "exits");
        requireShare(open + symmetric, "open and symmetric together");
        requireShare(open, "open");
        requireShare(symmetric, "symmetric");
        requireShare(misbehaving, "misbehaving");
        requireShare(sharedRouters, "sharedRouters");
        if (meanUptime.isZero() || meanUptime.isNegative()) {
            throw new IllegalArgumentException("meanUptime must be above zero");
        }
    }

    private static void requireShare(double share, String name) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " must be from 0 to 1, not " + share);
        }
    }

    /**
     * The same population with some who misbehave.
     *
     * @param share of the peers that are no exits
     * @return the population
     */
    public Population withMisbehaving(double share) {
        return new Population(exits, open, symmetric, share, meanUptime, sharedRouters);
    }

    /**
     * The same population, coming and going otherwise.
     *
     * @param mean uptime of a peer, {@link #FOREVER} if nobody leaves
     * @return the population
     */
    public Population withMeanUptime(Duration mean) {
        return new Population(exits, open, symmetric, misbehaving, mean, sharedRouters);
    }

    /**
     * How the measured client is connected: in turn in each of the ways, in the shares of the peers that are no exits.
     * The seed alone decides, and a few seeds in a row keep the shares as well as many.
     *
     * @param seed the run's seed
     * @return the placement
     */
    public Placement clientOf(long seed) {
        double turn = ((seed * GOLDEN) >>> 11) * DOUBLE_UNIT;
        if (turn < open) {
            return Placement.PUBLIC;
        }
        return turn < 1 - symmetric ? Placement.PORT_RESTRICTED : Placement.SYMMETRIC;
    }
}
