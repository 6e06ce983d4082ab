package org.tunnel8.transport.udp;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes that buffers take, alone and together with others under one parent. The loop thread
 * reserves and releases; any thread may ask whether there is room.
 */
final class MemoryBudget {
    private final long limitBytes;
    private final @Nullable MemoryBudget parent;
    private final Tally usedBytes = new Tally();

    MemoryBudget(long limitBytes, @Nullable MemoryBudget parent) {
        this.limitBytes = limitBytes;
        this.parent = parent;
    }

    /** Takes the bytes from this budget and its parents, or nothing at all and returns false. */
    boolean reserve(long bytes) {
        if (bytes > limitBytes - usedBytes.get() || (parent != null && !parent.reserve(bytes))) {
            return false;
        }
        usedBytes.add(bytes);
        return true;
    }

    void release(long bytes) {
        usedBytes.subtract(bytes);
        if (parent != null) {
            parent.release(bytes);
        }
    }

    long limitBytes() {
        return limitBytes;
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /** Tells whether less than half is taken, here and in all parents. */
    boolean isRoomy() {
        return usedBytes() < limitBytes / 2 && (parent == null || parent.isRoomy());
    }
}
