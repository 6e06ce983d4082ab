package org.tunnel8.shaping;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the line of one circuit, in both directions. What is small goes before what is large and is dropped
 * after it, so that pings, handshakes and acknowledgements of a circuit get through whatever it carries besides.
 *
 * <p>Engine thread only.
 */
final class Backlog {
    /** A datagram up to this size is small: the longest message that builds a circuit is. */
    static final int SMALL_BYTES = 576;
    /** What a datagram that waits costs besides its bytes. */
    static final int OVERHEAD_BYTES = 96;

    Object circuit;
    private final Queue<Held> small = new ArrayDeque<>(4);
    private final Queue<Held> large = new ArrayDeque<>(4);
    /** Bytes that may be sent before it is the next one's turn. */
    int deficitBytes;

    private int heldBytes;

    /** Neighbours in the list of backlogs of about the same size, and which list that is. */
    @Nullable
    Backlog before;

    @Nullable
    Backlog after;

    int sizeClass = Backlogs.NO_CLASS;

    /** A datagram that waits: from which socket it goes where; {@link TrafficShaper#OWN_PORT} for the node's own. */
    static final class Held {
        final long socket;
        final InetSocketAddress to;
        final byte[] datagram;
        /** As what it is to be counted when it goes. */
        final int departure;

        Held(long socket, InetSocketAddress to, byte[] datagram, int departure) {
            this.socket = socket;
            this.to = to;
            this.datagram = datagram;
            this.departure = departure;
        }

        int heldBytes() {
            return datagram.length + OVERHEAD_BYTES;
        }
    }

    Backlog(Object circuit) {
        this.circuit = circuit;
    }

    void add(Held held) {
        (held.datagram.length <= SMALL_BYTES ? small : large).add(held);
        heldBytes += held.heldBytes();
    }

    /** What goes next; null if nothing waits. */
    @Nullable
    Held first() {
        Held first = small.peek();
        return first != null ? first : large.peek();
    }

    /** Takes out what goes next. */
    void removeFirst() {
        Held gone = small.isEmpty() ? large.remove() : small.remove();
        heldBytes -= gone.heldBytes();
    }

    /** Takes out what is to be dropped: the oldest of the large, since what is newer is worth more. */
    void dropOne() {
        Held gone = large.isEmpty() ? small.remove() : large.remove();
        heldBytes -= gone.heldBytes();
    }

    boolean isEmpty() {
        return small.isEmpty() && large.isEmpty();
    }

    int size() {
        return small.size() + large.size();
    }

    int heldBytes() {
        return heldBytes;
    }
}
