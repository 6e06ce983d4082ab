package org.tunnel8.circuit;

import java.util.random.RandomGenerator;
import org.tunnel8.time.Deadlines;

/**
 * Tells when a circuit has come so near to a limit of age or traffic that another is to take its place, and when it must
 * not be used any longer: by our own limits, and by the shorter ones that hops seem to set. Engine thread only.
 */
final class Wear {
    /** A circuit's successor is built from this part of its limits on. */
    private static final double WORN_FROM = 0.88;
    /** Or up to so much later, so that circuits built together are not replaced together. */
    private static final double WORN_SPREAD = 0.08;

    private final CircuitSettings settings;
    private final LearntLimits limits;
    private final Deadlines deadlines;

    Wear(CircuitSettings settings, LearntLimits limits, Deadlines deadlines) {
        this.settings = settings;
        this.limits = limits;
        this.deadlines = deadlines;
    }

    /** Draws the part of its limits from which on a new circuit is worn. */
    static double drawPart(RandomGenerator random) {
        return WORN_FROM + WORN_SPREAD * random.nextDouble();
    }

    /** Whether another circuit is to take its place, new flows first. */
    boolean isWorn(Circuit circuit) {
        long age = age(circuit);
        long bytes = bytes(circuit);
        return age > circuit.wornPart() * settings.ageLimit().toNanos()
                || bytes > circuit.wornPart() * settings.trafficLimitBytes()
                || limits.isNear(circuit.hopKeys(), age, bytes);
    }

    /** Whether even flows that are on it should leave. */
    boolean isSpent(Circuit circuit) {
        long age = age(circuit);
        long bytes = bytes(circuit);
        limits.outlived(circuit.hopKeys(), age, bytes);
        return age > settings.ageLimit().toNanos() || bytes > settings.trafficLimitBytes();
    }

    private long age(Circuit circuit) {
        return deadlines.nowNanos() - circuit.createdNanos();
    }

    private static long bytes(Circuit circuit) {
        return circuit.bytesUp() + circuit.bytesDown();
    }
}
