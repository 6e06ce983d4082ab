package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;

/**
 * The half of a stream that receives: bytes that are ready to be read, and packets that came before one that is missing.
 *
 * <p>All of it is taken from {@link StreamMemory}; what finds no room is dropped, not acknowledged, and so sent again. Engine
 * thread only.
 */
final class UtpReceiver {
    /** Some implementations send packets of some hundred bytes. */
    private static final int BYTES_OF_A_PLACE = 512;

    private static final int FEWEST_PLACES = 64;
    private static final int MOST_PLACES = 8_192;
    private static final int MOST_SACK_BYTES = 128;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[][] NO_PLACES = new byte[0][];
    private static final short[] NO_LENGTHS = new short[0];
    private static final int SACK_UNIT_BYTES = 4; // BEP 29: multiples of four

    private final StreamMemory.Half memory;
    private final int windowBytes;
    private final int places;
    private final ByteChunks ready;

    /** Number of the packet that is expected next; the last one is that of the FIN. */
    private long next;

    private long last = Long.MAX_VALUE;
    private long furthest;

    /** Packets that came too early, by number, in a ring as long as a power of two. */
    private byte[] @Nullable [] early = NO_PLACES;

    private short[] earlyLength = NO_LENGTHS;
    private int earlyCount;
    private int earlyBytes;
    private long receivedBytes;
    private int offered;

    /** What became of a packet. */
    enum Taken {
        /** It was the one expected, and there was none missing before. */
        IN_ORDER,
        /** It came too early, or filled a gap: the other side should know at once. */
        OUT_OF_ORDER,
        /** It was here already. */
        DUPLICATE,
        /** There is no room for it. */
        NO_ROOM,
        /** It contradicts what came before. */
        WRONG
    }

    UtpReceiver(StreamMemory.Half memory, int windowBytes) {
        this.memory = memory;
        this.windowBytes = windowBytes;
        this.places = Math.max(FEWEST_PLACES, Math.min(MOST_PLACES, windowBytes / BYTES_OF_A_PLACE));
        this.ready = new ByteChunks(memory);
    }

    void begin(long number) {
        next = number;
        furthest = number;
    }

    long next() {
        return next;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    int readable() {
        return ready.size();
    }

    int read(byte[] to, int offset, int length) {
        int bytes = Math.min(length, ready.size());
        ready.copy(0, to, offset, bytes);
        ready.drop(bytes);
        return bytes;
    }

    /** Whether nothing has come. */
    boolean isUntouched() {
        return receivedBytes == 0 && earlyCount == 0 && !isFinished();
    }

    /** Whether the FIN and everything before it are here. */
    boolean isFinished() {
        return next > last;
    }

    boolean hasGap() {
        return earlyCount > 0;
    }

    /** What the other side may send now; remembers that it was told so. */
    int offer() {
        offered = room();
        return offered;
    }

    /** Whether the other side should be told that there is room again. */
    boolean isOfferOutdated() {
        int room = room();
        int step = Math.min(windowBytes, memory.shareBytes()) / 4;
        return room - offered >= Math.max(1, Math.max(step, offered / 2)) && offered < windowBytes / 2;
    }

    /** Whether the other side was told that there is no room although nothing waits to be read: others have it all. */
    boolean isStarved() {
        return offered < StreamMemory.CHUNK_BYTES && ready.size() + earlyBytes == 0 && !isFinished();
    }

    private int room() {
        int held = ready.size() + earlyBytes;
        int room = Math.min(windowBytes, memory.shareBytes()) - held;
        boolean isEmpty = held == 0 && memory.leftBytes(true) > 0;
        return Math.max(isEmpty ? StreamMemory.CHUNK_BYTES : 0, room);
    }

    Taken take(UtpPacket packet, boolean isFin) {
        long number = UtpPacket.whole(packet.number(), next);
        if (number < next) {
            return Taken.DUPLICATE;
        }
        if (number > last || (isFin && (last != Long.MAX_VALUE ? number != last : number < furthest - 1))) {
            return Taken.WRONG;
        }
        int length = packet.payloadBytes();
        if (number - next >= places || length > windowBytes - ready.size() - earlyBytes || length > Short.MAX_VALUE) {
            return Taken.NO_ROOM;
        }
        Taken taken = number == next ? takeNext(packet, length) : takeEarly(number, packet, length);
        if (isFin && taken != Taken.NO_ROOM) {
            last = number;
        }
        return taken;
    }

    private Taken takeNext(UtpPacket packet, int length) {
        if (length > ready.room()) {
            return Taken.NO_ROOM;
        }
        ready.append(packet.buffer(), packet.payloadOffset(), length);
        receivedBytes += length;
        next++;
        furthest = Math.max(furthest, next);
        if (earlyCount == 0) {
            return Taken.IN_ORDER;
        }
        while (earlyCount > 0 && takeFirstEarly()) {
            next++;
        }
        if (earlyCount == 0) {
            early = NO_PLACES;
            earlyLength = NO_LENGTHS;
        }
        return Taken.OUT_OF_ORDER;
    }

    private boolean takeFirstEarly() {
        int at = place(next);
        byte[] chunk = early[at];
        if (chunk == null) {
            return false;
        }
        int length = earlyLength[at];
        early[at] = null;
        earlyCount--;
        earlyBytes -= length;
        receivedBytes += length;
        if (length > 0) {
            ready.adopt(chunk, length);
        }
        return true;
    }

    private Taken takeEarly(long number, UtpPacket packet, int length) {
        growTo((int) (number - next) + 1);
        int at = place(number);
        if (early[at] != null) {
            return Taken.DUPLICATE;
        }
        // One chunk for each, so that none has to be moved once the gap is filled; longer packets have to come in
        // order.
        boolean fits = length <= StreamMemory.CHUNK_BYTES
                && (long) earlyCount * StreamMemory.CHUNK_BYTES < memory.shareBytes();
        byte[] chunk = length == 0 ? NOTHING : fits ? memory.take(false) : null;
        if (chunk == null) {
            return Taken.NO_ROOM;
        }
        System.arraycopy(packet.buffer(), packet.payloadOffset(), chunk, 0, length);
        early[at] = chunk;
        earlyLength[at] = (short) length;
        earlyCount++;
        earlyBytes += length;
        furthest = Math.max(furthest, number + 1);
        return Taken.OUT_OF_ORDER;
    }

    /** Bytes of selective acknowledgements that there are to send; 0 if nothing is missing. */
    int sackBytes() {
        if (earlyCount == 0) {
            return 0;
        }
        int bits = (int) (furthest - next - 1);
        int bytes = (bits + Byte.SIZE - 1) / Byte.SIZE;
        return Math.min(MOST_SACK_BYTES, (bytes + SACK_UNIT_BYTES - 1) / SACK_UNIT_BYTES * SACK_UNIT_BYTES);
    }

    void writeSacks(byte[] to, int offset, int bytes) {
        for (int i = 0; i < bytes; i++) {
            int bits = 0;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                int distance = 1 + i * Byte.SIZE + bit;
                boolean here = distance < early.length && early[place(next + distance)] != null;
                bits |= here ? 1 << bit : 0;
            }
            to[offset + i] = (byte) bits;
        }
    }

    void clear() {
        ready.clear();
        for (int i = 0; i < early.length; i++) {
            byte[] chunk = early[i];
            if (chunk != null && chunk != NOTHING) {
                memory.giveBack(chunk);
            }
        }
        early = NO_PLACES;
        earlyLength = NO_LENGTHS;
        earlyCount = 0;
        earlyBytes = 0;
    }

    private int place(long number) {
        return (int) number & early.length - 1;
    }

    private void growTo(int needed) {
        int old = early.length;
        if (needed <= old) {
            return;
        }
        byte[] @Nullable [] larger = new byte[Math.max(FEWEST_PLACES, Integer.highestOneBit(needed - 1) << 1)][];
        short[] lengths = new short[larger.length];
        for (int i = 0; i < old; i++) {
            int from = place(next + i);
            int to = (int) (next + i) & larger.length - 1;
            larger[to] = early[from];
            lengths[to] = earlyLength[from];
        }
        early = larger;
        earlyLength = lengths;
    }
}
