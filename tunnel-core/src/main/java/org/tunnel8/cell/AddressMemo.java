package org.tunnel8.cell;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.cell.DataView;

/**
 * Spares building the same address for every datagram of a flow: encoded bytes are compared with those of the few
 * addresses before.
 *
 * <p>Of fixed size, whatever passes through it. Engine thread only.
 */
public final class AddressMemo {
    /** A power of two; direct-mapped, so that a swarm's many addresses cost at most a miss each. */
    private static final int SLOTS = 16;
    /** An address with a name of 255 bytes. What is longer is no address, and would fill memory. */
    private static final int MAX_ENCODED_BYTES = 260;

    private final byte[] @Nullable [] encoded = new byte[SLOTS][];
    private final @Nullable Address[] addresses = new Address[SLOTS];

    /** Makes a memo that remembers nothing. */
    public AddressMemo() {}

    /**
     * The destination of the data message in view.
     *
     * @param view the message
     * @param buffer the buffer that the message was parsed from
     * @return its destination
     */
    public Address destination(DataView view, byte[] buffer) {
        int from = view.destinationOffset();
        int to = from + view.destinationLength();
        int slot = slotOf(buffer, from, to);
        Address known = lookUp(slot, buffer, from, to);
        return known != null ? known : remember(slot, view.destination(), buffer, from, to);
    }

    /**
     * The origin of the data message in view.
     *
     * @param view the message
     * @param buffer the buffer that the message was parsed from
     * @return its origin
     */
    public Address origin(DataView view, byte[] buffer) {
        int from = view.originOffset();
        int to = from + view.originLength();
        int slot = slotOf(buffer, from, to);
        Address known = lookUp(slot, buffer, from, to);
        return known != null ? known : remember(slot, view.origin(), buffer, from, to);
    }

    private @Nullable Address lookUp(int slot, byte[] buffer, int from, int to) {
        byte[] known = encoded[slot];
        return known != null && Arrays.equals(known, 0, known.length, buffer, from, to) ? addresses[slot] : null;
    }

    private Address remember(int slot, Address address, byte[] buffer, int from, int to) {
        if (to - from > MAX_ENCODED_BYTES) {
            return address;
        }
        encoded[slot] = Arrays.copyOfRange(buffer, from, to);
        addresses[slot] = address;
        return address;
    }

    private static int slotOf(byte[] buffer, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + buffer[i];
        }
        return (hash ^ hash >>> 8) & SLOTS - 1;
    }
}
