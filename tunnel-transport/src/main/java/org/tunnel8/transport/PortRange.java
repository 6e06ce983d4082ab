package org.tunnel8.transport;

/**
 * The UDP ports to bind to: a random free one, one port, or the first free one of a range ({@code FR-001}). Immutable.
 *
 * @param first the first port, 1024 to 65535; 0, together with {@code last} 0, for any port
 * @param last the last port, not below {@code first}
 */
public record PortRange(int first, int last) {
    /** The lowest port that can be asked for; those below need privileges ({@code FR-001}). */
    public static final int LOWEST_PORT = 1_024;

    /** The highest port there is. */
    public static final int HIGHEST_PORT = 65_535;

    private static final PortRange ANY = new PortRange(0, 0);

    /**
     * Checks the ports.
     *
     * @throws IllegalArgumentException if a port is below 1024 or above 65535, unless both are 0, or if the range is reversed
     */
    public PortRange {
        if (first != 0 || last != 0) {
            requireUsable(first);
            requireUsable(last);
            if (last < first) {
                throw new IllegalArgumentException(
                        "port range " + first + "-" + last + " is reversed: write " + last + "-" + first);
            }
        }
    }

    /**
     * Leaves the choice of a free port to the system.
     *
     * @return the range that stands for any port
     */
    public static PortRange any() {
        return ANY;
    }

    /**
     * Asks for one port.
     *
     * @param port 1024 to 65535, or 0 for any
     * @return the range of this port alone
     * @throws IllegalArgumentException if the port cannot be asked for
     */
    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /**
     * Asks for the first free port of a range, tried from its lower end.
     *
     * @param first 1024 to 65535
     * @param last {@code first} to 65535
     * @return the range
     * @throws IllegalArgumentException if a port cannot be asked for, or the range is reversed
     */
    public static PortRange of(int first, int last) {
        return new PortRange(first, last);
    }

    /**
     * Tells whether the system chooses the port.
     *
     * @return whether this is {@link #any()}
     */
    public boolean isAny() {
        return first == 0;
    }

    /**
     * Returns the range as {@code any}, {@code 20000} or {@code 20000-20010}.
     *
     * @return text for messages
     */
    @Override
    public String toString() {
        if (isAny()) {
            return "any";
        }
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    private static void requireUsable(int port) {
        if (port < LOWEST_PORT || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("port " + port + " cannot be used: choose " + LOWEST_PORT + " to "
                    + HIGHEST_PORT + ", or 0 for a random free port");
        }
    }
}
