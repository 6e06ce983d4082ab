package org.tunnel8.simulation;

import java.time.Duration;

/**
 * How a NAT box works. Immutable.
 *
 * @param kind what it maps and whom it lets in
 * @param timeout a mapping, and the right of somebody outside to use it, ends so long after the last datagram outwards
 * @param hairpin whether hosts behind it reach each other by its outside address
 * @param maxMappings the most mappings at a time; beyond, new ones are refused
 */
public record NatSettings(NatKind kind, Duration timeout, boolean hairpin, int maxMappings) {
    /** Between the 30 s of the shortest and the 2 minutes that RFC 4787 asks for. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);
    /** Of the order of a home router's. */
    public static final int DEFAULT_MAX_MAPPINGS = 4_096;

    /** Checks the numbers. */
    public NatSettings {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("a mapping lives for some time");
        }
        if (maxMappings < 1 || maxMappings > NatBox.PORTS) {
            throw new IllegalArgumentException("a NAT box has 1 to " + NatBox.PORTS + " mappings, not " + maxMappings);
        }
    }

    /**
     * A box with the usual limits, without hairpinning.
     *
     * @param kind its kind
     * @return the settings
     */
    public static NatSettings of(NatKind kind) {
        return new NatSettings(kind, DEFAULT_TIMEOUT, false, DEFAULT_MAX_MAPPINGS);
    }

    /**
     * The same with another timeout.
     *
     * @param other the timeout
     * @return new settings
     */
    public NatSettings withTimeout(Duration other) {
        return new NatSettings(kind, other, hairpin, maxMappings);
    }

    /**
     * The same with or without hairpinning.
     *
     * @param yes whether with
     * @return new settings
     */
    public NatSettings withHairpin(boolean yes) {
        return new NatSettings(kind, timeout, yes, maxMappings);
    }
}
