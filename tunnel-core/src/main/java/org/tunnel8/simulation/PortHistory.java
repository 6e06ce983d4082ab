package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose each outside port of a {@link NatBox} was last. Few endpoints are behind a box, and a symmetric one gives each of
 * them thousands of ports, so all that is kept of a port is a number.
 */
final class PortHistory {
    private static final int FIRST_PLACES = 4;
    private static final int PORT_BITS = 16;
    private static final int PORT_MASK = (1 << PORT_BITS) - 1;

    private final List<InetSocketAddress> owners = new ArrayList<>(1);
    /**
     * A port, and above its bits one more than the number of its owner; zero where there is none. A port is in the first
     * free place from the one that its digest names; at most half of them are taken.
     */
    private int[] places = new int[FIRST_PLACES];

    private int size;

    /** From now on a port is an endpoint's. */
    void add(int port, InetSocketAddress owner) {
        int number = owners.indexOf(owner);
        if (number < 0) {
            number = owners.size();
            owners.add(owner);
        }
        int at = placeOf(port);
        if (places[at] == 0 && 2 * ++size > places.length) {
            grow();
            at = placeOf(port);
        }
        places[at] = (number + 1) << PORT_BITS | port;
    }

    /** Whose a port is, or was last; null if it never was anybody's. */
    @Nullable
    InetSocketAddress latest(int port) {
        int there = places[placeOf(port)];
        return there == 0 ? null : owners.get((there >>> PORT_BITS) - 1);
    }

    private int placeOf(int port) {
        int mask = places.length - 1;
        int at = (int) SeededRandom.mix(port) & mask;
        while (places[at] != 0 && (places[at] & PORT_MASK) != port) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        int[] old = places;
        places = new int[2 * old.length];
        for (int there : old) {
            if (there != 0) {
                places[placeOf(there & PORT_MASK)] = there;
            }
        }
    }
}
