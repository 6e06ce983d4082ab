package org.tunnel8.stream;

import java.util.Arrays;

/**
 * The packets that were sent and are not all acknowledged up to the first of them, by number. Arrays of numbers: a packet
 * costs no object, and a stream without any holds none. Engine thread only.
 */
final class Flight {
    /** Under way, as far as we know. */
    static final byte OUT = 0;
    /** Taken for lost; to be sent again. */
    static final byte LOST = 1;
    /** Acknowledged, while one before it is not. */
    static final byte SACKED = 2;

    private static final int FIRST_PLACES = 16;
    private static final long[] NO_LONGS = new long[0];
    private static final int[] NO_INTS = new int[0];
    private static final short[] NO_SHORTS = new short[0];
    private static final byte[] NO_BYTES = new byte[0];

    private long[] sentNanos = NO_LONGS;
    /** How many datagrams the stream had sent before the last time that the packet was sent. */
    private long[] order = NO_LONGS;

    /** Where in the stream the packet's bytes begin. */
    private long[] position = NO_LONGS;

    private int[] length = NO_INTS;
    private short[] transmissions = NO_SHORTS;
    private byte[] state = NO_BYTES;

    /** Number of the first packet that is not acknowledged. */
    private long first;
    /** Number of the packet that will be sent next. */
    private long next;

    void begin(long number) {
        first = number;
        next = number;
    }

    long first() {
        return first;
    }

    long next() {
        return next;
    }

    int count() {
        return (int) (next - first);
    }

    boolean holds(long number) {
        return number >= first && number < next;
    }

    long add(long from, int bytes, long nowNanos, long sendOrder) {
        if (count() == length.length) {
            grow();
        }
        long number = next++;
        int at = place(number);
        position[at] = from;
        length[at] = bytes;
        transmissions[at] = 0;
        sent(number, nowNanos, sendOrder);
        return number;
    }

    void sent(long number, long nowNanos, long sendOrder) {
        int at = place(number);
        sentNanos[at] = nowNanos;
        order[at] = sendOrder;
        state[at] = OUT;
        if (transmissions[at] < Short.MAX_VALUE) {
            transmissions[at]++;
        }
    }

    /** Forgets the first packet. */
    void removeFirst() {
        first++;
        if (first == next) {
            release();
        }
    }

    void clear() {
        first = next;
        release();
    }

    byte state(long number) {
        return state[place(number)];
    }

    void mark(long number, byte as) {
        state[place(number)] = as;
    }

    long position(long number) {
        return position[place(number)];
    }

    int length(long number) {
        return length[place(number)];
    }

    long sentNanos(long number) {
        return sentNanos[place(number)];
    }

    long order(long number) {
        return order[place(number)];
    }

    int transmissions(long number) {
        return transmissions[place(number)];
    }

    private int place(long number) {
        return (int) number & length.length - 1;
    }

    private void release() {
        if (length.length > 0) {
            position = NO_LONGS;
            length = NO_INTS;
            sentNanos = NO_LONGS;
            order = NO_LONGS;
            transmissions = NO_SHORTS;
            state = NO_BYTES;
        }
    }

    private void grow() {
        int old = length.length;
        int places = Math.max(FIRST_PLACES, 2 * old);
        position = Arrays.copyOf(position, places);
        length = Arrays.copyOf(length, places);
        sentNanos = Arrays.copyOf(sentNanos, places);
        order = Arrays.copyOf(order, places);
        transmissions = Arrays.copyOf(transmissions, places);
        state = Arrays.copyOf(state, places);
        for (long number = first; number < next; number++) {
            int from = (int) number & old - 1;
            int to = (int) number & places - 1;
            if (from != to) {
                position[to] = position[from];
                length[to] = length[from];
                sentNanos[to] = sentNanos[from];
                order[to] = order[from];
                transmissions[to] = transmissions[from];
                state[to] = state[from];
            }
        }
    }
}
