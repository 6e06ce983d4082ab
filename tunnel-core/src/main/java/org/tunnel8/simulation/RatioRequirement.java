package org.tunnel8.simulation;

import java.util.Objects;

/**
 * What a scenario asks of a {@link Ratio}, of all runs together; each run is held against it as well.
 *
 * @param id its name in reports
 * @param ratio what is measured
 * @param bound whether it may not be above or not below the limit, or is only told
 * @param limit the limit; 0 where it is only told
 */
public record RatioRequirement(String id, Ratio ratio, Bound bound, double limit) {
    /** Which way a limit works. */
    public enum Bound {
        /** Not above it. */
        AT_MOST,
        /** Not below it. */
        AT_LEAST,
        /** Nothing is asked. */
        TOLD
    }

    /** Checks what must be there. */
    public RatioRequirement {
        Objects.requireNonNull(id);
        Objects.requireNonNull(ratio);
        Objects.requireNonNull(bound);
    }

    static RatioRequirement atMost(String id, Ratio ratio, double limit) {
        return new RatioRequirement(id, ratio, Bound.AT_MOST, limit);
    }

    static RatioRequirement atLeast(String id, Ratio ratio, double limit) {
        return new RatioRequirement(id, ratio, Bound.AT_LEAST, limit);
    }

    static RatioRequirement told(String id, Ratio ratio) {
        return new RatioRequirement(id, ratio, Bound.TOLD, 0);
    }

    /**
     * Tells whether one run, or all together, are as required.
     *
     * @param quotient what was measured
     * @return true also if there was nothing to measure by
     */
    public boolean isMetBy(Quotient quotient) {
        return quotient.value()
                .map(value -> switch (bound) {
                    case AT_MOST -> value <= limit;
                    case AT_LEAST -> value >= limit;
                    case TOLD -> true;
                })
                .orElse(true);
    }
}
