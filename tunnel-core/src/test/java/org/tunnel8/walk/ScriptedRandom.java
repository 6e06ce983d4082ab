package org.tunnel8.walk;

import java.util.random.RandomGenerator;

/** Draws identifiers in rising order from a given one, and otherwise always the last possibility. */
final class ScriptedRandom implements RandomGenerator {
    private static final int IDENTIFIERS = 1 << 16;

    private int identifier;

    ScriptedRandom(int firstIdentifier) {
        identifier = firstIdentifier;
    }

    @Override
    public int nextInt(int bound) {
        return bound == IDENTIFIERS ? identifier++ : bound - 1;
    }

    @Override
    public long nextLong() {
        return 0;
    }
}
