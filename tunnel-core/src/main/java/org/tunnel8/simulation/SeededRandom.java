package org.tunnel8.simulation;

import java.util.random.RandomGenerator;

/**
 * Draws the same numbers from the same seed on every Java platform: SplitMix64, and whatever is derived from it written
 * out here, since the platform's own derivations may change between releases.
 *
 * <p>Not for secrets. Not thread-safe.
 */
public final class SeededRandom implements RandomGenerator {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1.0p-53;

    private long state;

    /**
     * Begins a sequence.
     *
     * @param seed decides it
     */
    public SeededRandom(long seed) {
        state = seed;
    }

    /** Scrambles 64 bits so that each of them depends on all. */
    static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /**
     * A generator of its own.
     *
     * @return one whose sequence is decided by where this one stands
     */
    public SeededRandom split() {
        return new SeededRandom(mix(nextLong()));
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    @Override
    public boolean nextBoolean() {
        return nextLong() < 0;
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * UNIT;
    }

    @Override
    public int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    @Override
    public int nextInt(int origin, int bound) {
        return (int) nextLong(origin, bound);
    }

    @Override
    public long nextLong(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("a bound is above zero, not " + bound);
        }
        long drawn = nextLong() >>> 1;
        long remainder = drawn % bound;
        // The last, incomplete run of remainders would make small ones likelier.
        while (drawn - remainder + (bound - 1) < 0) {
            drawn = nextLong() >>> 1;
            remainder = drawn % bound;
        }
        return remainder;
    }

    @Override
    public long nextLong(long origin, long bound) {
        if (origin >= bound) {
            throw new IllegalArgumentException("nothing lies between " + origin + " and " + bound);
        }
        return origin + nextLong(bound - origin);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        long word = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (i % Long.BYTES == 0) {
                word = nextLong();
            }
            bytes[i] = (byte) word;
            word >>>= Byte.SIZE;
        }
    }

    /** Normally distributed around 0 with deviation 1, by Box and Muller, the same to the bit everywhere. */
    @Override
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * StrictMath.PI * nextDouble());
    }
}
