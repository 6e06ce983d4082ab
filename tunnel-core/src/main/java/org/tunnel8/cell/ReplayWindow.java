package org.tunnel8.cell;

import java.util.Arrays;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.wire.WireNumbers;

/**
 * Recognizes layers that have come before: the network duplicates datagrams now and then, and a hop may send again on
 * purpose what it has passed.
 *
 * <p>A layer is told by its counter and its tag together. By the counter alone it cannot be: other nodes set theirs back
 * and use them again for other messages (D10). The latest {@code capacity} layers are remembered, exactly; what comes again
 * later than that is taken for new. Nothing is allocated after the first layer. Engine thread only.
 */
public final class ReplayWindow {
    private final int capacity;
    private final int mask;
    /** The remembered fingerprints in order of arrival, the oldest to be overwritten next; 0 stands for none. */
    private long[] order = {};
    /** The same, found by their bits: open addressing, at most half full. */
    private long[] slots = {};

    private int next;

    /**
     * Makes an empty window.
     *
     * @param capacity how many layers it remembers; a power of two
     */
    public ReplayWindow(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a window's capacity is a power of two, not " + capacity);
        }
        this.capacity = capacity;
        this.mask = 2 * capacity - 1;
    }

    /**
     * What tells a layer from all others of its key; to be asked before the layer is opened in place.
     *
     * @param buffer holds the layer
     * @param offset first byte of the layer, its counter
     * @param length size of the layer, at least {@link LayerCipher#OVERHEAD_BYTES}
     * @return never 0
     */
    public static long fingerprint(byte[] buffer, int offset, int length) {
        long counter = WireNumbers.u64(buffer, offset);
        long tag = WireNumbers.u64(buffer, offset + length - LayerCipher.TAG_BYTES);
        long mixed = counter * 0x9E3779B97F4A7C15L ^ tag; // 2^64 / golden ratio; the tag alone is as good as random
        return mixed == 0 ? 1 : mixed;
    }

    /**
     * Notes a layer that has opened.
     *
     * @param fingerprint by {@link #fingerprint}
     * @return false if it has come before
     */
    public boolean isNew(long fingerprint) {
        if (order.length == 0) {
            order = new long[capacity];
            slots = new long[2 * capacity];
        }
        int slot = slotOf(fingerprint);
        while (slots[slot] != 0) {
            if (slots[slot] == fingerprint) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = fingerprint;
        long oldest = order[next];
        order[next] = fingerprint;
        next = (next + 1) & (capacity - 1);
        if (oldest != 0) {
            forget(oldest);
        }
        return true;
    }

    /**
     * A window of another size that remembers the same layers.
     *
     * @param larger how many it remembers; a power of two, not below this one's
     * @return a new window
     */
    public ReplayWindow grownTo(int larger) {
        ReplayWindow grown = new ReplayWindow(larger);
        for (int i = 0; i < order.length; i++) {
            long fingerprint = order[(next + i) % order.length];
            if (fingerprint != 0) {
                grown.isNew(fingerprint);
            }
        }
        return grown;
    }

    /** Forgets everything and frees the memory. */
    public void clear() {
        Arrays.fill(order, 0);
        order = new long[0];
        slots = new long[0];
        next = 0;
    }

    private void forget(long fingerprint) {
        int gap = slotOf(fingerprint);
        while (slots[gap] != fingerprint) {
            gap = (gap + 1) & mask;
        }
        slots[gap] = 0;
        // Moves the entries behind up, so that looking never stops short of one.
        for (int slot = (gap + 1) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            int home = slotOf(slots[slot]);
            if (((slot - home) & mask) >= ((slot - gap) & mask)) {
                slots[gap] = slots[slot];
                slots[slot] = 0;
                gap = slot;
            }
        }
    }

    private int slotOf(long fingerprint) {
        return (int) (fingerprint ^ fingerprint >>> 32) & mask;
    }
}
