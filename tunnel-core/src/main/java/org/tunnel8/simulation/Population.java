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
 * @param misbehaving of all, the share that does what it should not; exits do not
 * @param meanUptime how long a peer stays on average, with exponential distribution; another comes in its place
 * @param sharedRouters of those behind NATs, the share that is behind the same router as another
 * @param liars of relays and of exits, the share that lies to those whose circuits it has joined
 * @param slow of relays and of exits, the share with ten times the latency
 * @param full of relays and of exits, the share that joins no circuit, since it has all it takes
 * @param line what each one's line does, and the measured client's
 */
public record Population(
        double exits,
        double open,
        double symmetric,
        double misbehaving,
        Duration meanUptime,
        double sharedRouters,
        double liars,
        double slow,
        double full,
        LineSettings line) {
    /**
     * The standing population: 8 % exits; of the others 20 % public, 60 % port-restricted, 20 % symmetric; a mean
     * uptime of 40 minutes; one in twenty shares its router.
     */
    public static final Population STANDING =
            new Population(0.08, 0.2, 0.2, 0, Duration.ofMinutes(40), 0.05, 0, 0, 0, LineSettings.PERFECT);

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
        requireShare(liars, "liars");
        requireShare(slow, "slow");
        requireShare(full, "full");
        Objects.requireNonNull(line);
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
     * @param share of all peers; none of them is an exit
     * @return the population
     */
    public Population withMisbehaving(double share) {
        return new Population(exits, open, symmetric, share, meanUptime, sharedRouters, liars, slow, full, line);
    }

    /**
     * The same population, coming and going otherwise.
     *
     * @param mean uptime of a peer, {@link #FOREVER} if nobody leaves
     * @return the population
     */
    public Population withMeanUptime(Duration mean) {
        return new Population(exits, open, symmetric, misbehaving, mean, sharedRouters, liars, slow, full, line);
    }

    /**
     * The same population with some who lie.
     *
     * @param share of relays and of exits
     * @return the population
     */
    public Population withLiars(double share) {
        return new Population(exits, open, symmetric, misbehaving, meanUptime, sharedRouters, share, slow, full, line);
    }

    /**
     * The same population with some far away.
     *
     * @param share of relays and of exits
     * @return the population
     */
    public Population withSlow(double share) {
        return new Population(exits, open, symmetric, misbehaving, meanUptime, sharedRouters, liars, share, full, line);
    }

    /**
     * The same population with some who have all the circuits they take.
     *
     * @param share of relays and of exits
     * @return the population
     */
    public Population withFull(double share) {
        return new Population(exits, open, symmetric, misbehaving, meanUptime, sharedRouters, liars, slow, share, line);
    }

    /**
     * The same population on other lines, nobody sharing one.
     *
     * @param each what everybody's does
     * @return the population
     */
    public Population withLines(LineSettings each) {
        return new Population(exits, open, symmetric, misbehaving, meanUptime, 0, liars, slow, full, each);
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
