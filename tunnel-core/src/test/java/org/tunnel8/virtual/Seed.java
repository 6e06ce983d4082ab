package org.tunnel8.virtual;

import java.util.HashSet;
import java.util.Set;

/** Where a test that draws takes its seed from. */
public final class Seed {
    private static final long DEFAULT = 20_260_102;

    private static final Set<Class<?>> PRINTED = new HashSet<>();

    private Seed() {}

    /** The seed that the system property {@code tunnel8.seed} gives, else always the same; prints it once. */
    public static long take(Class<?> test) {
        long seed = Long.getLong("tunnel8.seed", DEFAULT);
        if (PRINTED.add(test)) {
            System.out.println(test.getSimpleName() + ": seed " + seed);
        }
        return seed;
    }
}
