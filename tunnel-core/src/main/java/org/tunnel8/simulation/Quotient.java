package org.tunnel8.simulation;

import java.util.Collection;
import java.util.Optional;

/**
 * How much of something there was, and how much of what it is measured by. Immutable.
 *
 * @param part not negative
 * @param whole not negative; 0 if there was nothing to measure by
 */
public record Quotient(double part, double whole) {
    /** Checks both. */
    public Quotient {
        if (!(part >= 0 && whole >= 0)) {
            throw new IllegalArgumentException("a quotient's parts are not negative: " + part + " of " + whole);
        }
    }

    /**
     * The quotient of several runs as of one: sum by sum.
     *
     * @param parts the runs'
     * @return the quotient
     */
    public static Quotient pooled(Collection<Quotient> parts) {
        return new Quotient(
                parts.stream().mapToDouble(Quotient::part).sum(),
                parts.stream().mapToDouble(Quotient::whole).sum());
    }

    /**
     * One by the other.
     *
     * @return empty if there was nothing to measure by
     */
    public Optional<Double> value() {
        return whole == 0 ? Optional.empty() : Optional.of(part / whole);
    }
}
