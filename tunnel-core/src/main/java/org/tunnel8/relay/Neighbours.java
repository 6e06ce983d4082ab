package org.tunnel8.relay;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.tunnel8.crypto.PublicKey;

/**
 * The neighbours on others' circuits: each is there once, with its address and its key, however many circuits lead over
 * it, and as long as one does.
 *
 * <p>Bounded by the circuits. Engine thread only.
 */
final class Neighbours {
    private final Map<Neighbour, Neighbour> known = new HashMap<>();

    /** A node that circuits lead over, at the address that it had when the link to it came about. Engine thread only. */
    static final class Neighbour {
        private final InetSocketAddress address;
        private final PublicKey key;
        private int links;

        private Neighbour(InetSocketAddress address, PublicKey key) {
            this.address = address;
            this.key = key;
        }

        InetSocketAddress address() {
            return address;
        }

        PublicKey key() {
            return key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Neighbour that && key.equals(that.key) && address.equals(that.address);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + address.hashCode();
        }
    }

    /** One side of a circuit: the neighbour, and the id of the link to it. */
    record Link(Neighbour neighbour, int circuitId) {
        InetSocketAddress address() {
            return neighbour.address;
        }

        PublicKey key() {
            return neighbour.key;
        }
    }

    /** Makes a link, which is to be handed back to {@link #unlink} when its circuit has ended. */
    Link link(InetSocketAddress address, PublicKey key, int circuitId) {
        Neighbour fresh = new Neighbour(address, key);
        Neighbour neighbour = known.computeIfAbsent(fresh, unknown -> unknown);
        neighbour.links++;
        return new Link(neighbour, circuitId);
    }

    /** Takes a link back, once: with the last of its links a neighbour is forgotten. */
    void unlink(Link link) {
        if (--link.neighbour.links == 0) {
            known.remove(link.neighbour);
        }
    }

    int size() {
        return known.size();
    }
}
