package org.tunnel8.cell;

import org.jspecify.annotations.Nullable;

/**
 * Maps the circuit ids in use on this node's links to what they stand for.
 *
 * <p>One table for all kinds, so that an id can never mean two things (D5). Keys are primitive and nothing is allocated
 * by a look-up. Open addressing with linear probing; at most half full. Engine thread only.
 */
public final class CircuitTable {
    private static final int INITIAL_SLOTS = 64;

    private int[] ids = new int[INITIAL_SLOTS];
    private @Nullable CellEndpoint[] endpoints = new CellEndpoint[INITIAL_SLOTS];
    private int size;

    /** Makes an empty table. */
    public CircuitTable() {}

    /**
     * Looks up a circuit id.
     *
     * @param id circuit id
     * @return what it stands for, or null
     */
    public @Nullable CellEndpoint get(int id) {
        int mask = ids.length - 1;
        for (int slot = slotOf(id, mask); ; slot = (slot + 1) & mask) {
            CellEndpoint endpoint = endpoints[slot];
            if (endpoint == null || ids[slot] == id) {
                return endpoint;
            }
        }
    }

    /**
     * Tells whether a circuit id stands for anything.
     *
     * @param id circuit id
     * @return true if it is in use
     */
    public boolean contains(int id) {
        return get(id) != null;
    }

    /**
     * Has a circuit id stand for an endpoint, instead of what it stood for.
     *
     * @param id circuit id
     * @param endpoint what it stands for from now on
     */
    public void put(int id, CellEndpoint endpoint) {
        int mask = ids.length - 1;
        int slot = slotOf(id, mask);
        while (endpoints[slot] != null && ids[slot] != id) {
            slot = (slot + 1) & mask;
        }
        if (endpoints[slot] == null) {
            size++;
        }
        ids[slot] = id;
        endpoints[slot] = endpoint;
        if (size > ids.length / 2) {
            grow();
        }
    }

    /**
     * Frees a circuit id, if it stands for that endpoint.
     *
     * @param id circuit id
     * @param endpoint what it should stand for
     */
    public void remove(int id, CellEndpoint endpoint) {
        int mask = ids.length - 1;
        int slot = slotOf(id, mask);
        while (endpoints[slot] != null && ids[slot] != id) {
            slot = (slot + 1) & mask;
        }
        if (endpoints[slot] != endpoint) {
            return;
        }
        endpoints[slot] = null;
        size--;
        closeGap(slot, mask);
    }

    /**
     * How many circuit ids are in use.
     *
     * @return zero or more
     */
    public int size() {
        return size;
    }

    /** Moves the entries behind a freed slot up, so that probing never stops short of an entry. */
    private void closeGap(int freed, int mask) {
        int gap = freed;
        for (int slot = (gap + 1) & mask; endpoints[slot] != null; slot = (slot + 1) & mask) {
            int home = slotOf(ids[slot], mask);
            if (((slot - home) & mask) >= ((slot - gap) & mask)) {
                ids[gap] = ids[slot];
                endpoints[gap] = endpoints[slot];
                endpoints[slot] = null;
                gap = slot;
            }
        }
    }

    private void grow() {
        int[] oldIds = ids;
        @Nullable CellEndpoint[] oldEndpoints = endpoints;
        ids = new int[oldIds.length * 2];
        endpoints = new CellEndpoint[oldIds.length * 2];
        size = 0;
        for (int i = 0; i < oldIds.length; i++) {
            CellEndpoint endpoint = oldEndpoints[i];
            if (endpoint != null) {
                put(oldIds[i], endpoint);
            }
        }
    }

    private static int slotOf(int id, int mask) {
        int mixed = id * 0x9E3779B9; // 2^32 / golden ratio: spreads ids that differ in few bits
        return (mixed ^ (mixed >>> 16)) & mask;
    }
}
