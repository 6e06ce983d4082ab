package org.tunnel8.stream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in the order in which they came, in chunks of {@link StreamMemory}; an empty one holds nothing. Engine thread only.
 */
final class ByteChunks {
    private static final int CHUNK = StreamMemory.CHUNK_BYTES;
    private static final int FIRST_PLACES = 4;
    private static final byte[][] NO_PLACES = new byte[0][];

    private final StreamMemory.Half memory;
    /** A ring; its length is a power of two. */
    private byte[] @Nullable [] chunks = NO_PLACES;

    private int first;
    private int count;
    /** Of the first chunk, how many bytes are gone. */
    private int gone;

    private int size;

    ByteChunks(StreamMemory.Half memory) {
        this.memory = memory;
    }

    int size() {
        return size;
    }

    /** Adds as many bytes as there is memory for; returns how many. */
    int append(byte[] from, int offset, int length) {
        int added = 0;
        while (added < length) {
            int end = gone + size;
            if (end == count * CHUNK && !grow()) {
                break;
            }
            int inChunk = end % CHUNK;
            int bytes = Math.min(CHUNK - inChunk, length - added);
            System.arraycopy(from, offset + added, chunk(count - 1), inChunk, bytes);
            size += bytes;
            added += bytes;
        }
        return added;
    }

    /** How many bytes can be added as things are now. */
    long room() {
        return spare() + memory.leftBytes(count == 0);
    }

    private int spare() {
        return count * CHUNK - gone - size;
    }

    /** Adds all bytes of a chunk, which becomes this object's or the memory's. Always succeeds. */
    void adopt(byte[] chunk, int length) {
        int fitting = Math.min(length, spare());
        append(chunk, 0, fitting);
        int rest = length - fitting;
        if (rest == 0) {
            memory.giveBack(chunk);
            return;
        }
        System.arraycopy(chunk, fitting, chunk, 0, rest);
        put(chunk);
        size += rest;
    }

    /** Copies bytes without taking them away; the caller knows that they are there. */
    void copy(int at, byte[] to, int offset, int length) {
        int copied = 0;
        while (copied < length) {
            int place = gone + at + copied;
            int inChunk = place % CHUNK;
            int bytes = Math.min(CHUNK - inChunk, length - copied);
            System.arraycopy(chunk(place / CHUNK), inChunk, to, offset + copied, bytes);
            copied += bytes;
        }
    }

    /** Takes the first bytes away; the caller knows that they are there. */
    void drop(int bytes) {
        size -= bytes;
        gone += bytes;
        while (count > 0 && (gone >= CHUNK || size == 0)) {
            memory.giveBack(chunk(0));
            chunks[first] = null;
            first = first + 1 & chunks.length - 1;
            count--;
            gone = Math.max(0, gone - CHUNK);
        }
        if (count == 0) {
            chunks = NO_PLACES;
            first = 0;
            gone = 0;
        }
    }

    void clear() {
        drop(size);
    }

    private boolean grow() {
        byte[] chunk = memory.take(count == 0);
        if (chunk == null) {
            return false;
        }
        put(chunk);
        return true;
    }

    private void put(byte[] chunk) {
        int places = chunks.length;
        if (count == places) {
            byte[] @Nullable [] larger = Arrays.copyOf(chunks, Math.max(FIRST_PLACES, 2 * places));
            // What was in front of the first place goes behind the last.
            System.arraycopy(chunks, 0, larger, places, first);
            Arrays.fill(larger, 0, first, null);
            chunks = larger;
        }
        chunks[first + count & chunks.length - 1] = chunk;
        count++;
    }

    @SuppressWarnings("NullAway") // asked for places only that are taken
    private byte[] chunk(int index) {
        return chunks[first + index & chunks.length - 1];
    }
}
