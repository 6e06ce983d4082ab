package org.tunnel8.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A set of ports, such as {@code 80,443,1024-65535}. Immutable.
 *
 * @param ranges its ranges, in the order they were given; at least one
 */
public record PortSet(List<Range> ranges) {
    private static final int LOWEST = 1;
    private static final int HIGHEST = 65_535;

    /** Every port that a datagram can be sent to. */
    public static final PortSet ALL = new PortSet(List.of(new Range(LOWEST, HIGHEST)));

    /**
     * Ports that follow each other.
     *
     * @param first the lowest, 1 to 65535
     * @param last the highest, not below the first
     */
    public record Range(int first, int last) {
        /** Checks the ports. */
        public Range {
            if (first < LOWEST || last > HIGHEST || last < first) {
                throw new IllegalArgumentException(
                        "ports are from " + LOWEST + " to " + HIGHEST + ", the lower one first: " + first + "-" + last);
            }
        }

        @Override
        public String toString() {
            return first == last ? Integer.toString(first) : first + "-" + last;
        }
    }

    /** Copies the list. */
    public PortSet {
        ranges = List.copyOf(ranges);
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException("a set of ports has at least one");
        }
    }

    /**
     * Reads a set from text.
     *
     * @param text ports and ranges of them, with commas between
     * @return the set
     * @throws IllegalArgumentException if the text is none, with a message for the user
     */
    public static PortSet parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            try {
                int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
                ranges.add(new Range(first, dash < 0 ? first : Integer.parseInt(part.substring(dash + 1))));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + text + "' is not a list of ports like 80,1024-65535", e);
            }
        }
        return new PortSet(ranges);
    }

    /**
     * Tells whether a port is in the set.
     *
     * @param port the port
     * @return true if it is
     */
    public boolean contains(int port) {
        // On the path of every packet of an exit: no iterator.
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            if (port >= range.first && port <= range.last) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }
}
