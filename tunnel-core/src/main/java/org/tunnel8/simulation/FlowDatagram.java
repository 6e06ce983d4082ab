package org.tunnel8.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The datagrams of a measured flow: of uTP as far as exits look, with a mark by which they are known anywhere. */
final class FlowDatagram {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Type ST_DATA, version 1, no extension (BEP 29). */
    private static final byte UTP_DATA = 0x01;

    private static final int MARK_OFFSET = 2;
    private static final int NUMBER_OFFSET = MARK_OFFSET + Long.BYTES;

    private FlowDatagram() {}

    static byte[] make(long mark, long number, int bytes) {
        byte[] datagram = new byte[bytes];
        datagram[0] = UTP_DATA;
        LONG.set(datagram, MARK_OFFSET, mark);
        LONG.set(datagram, NUMBER_OFFSET, number);
        return datagram;
    }

    /** The number of a datagram of a flow; -1 if it is none of it. */
    static long number(long mark, byte[] buffer, int offset, int length) {
        boolean isOfFlow = length >= Load.LEAST_BYTES && (long) LONG.get(buffer, offset + MARK_OFFSET) == mark;
        return isOfFlow ? (long) LONG.get(buffer, offset + NUMBER_OFFSET) : -1;
    }

    /** Whether the mark stands anywhere in a datagram. */
    static boolean isIn(long mark, byte[] datagram) {
        byte first = (byte) (mark >>> 56);
        for (int at = 0; at + Long.BYTES <= datagram.length; at++) {
            if (datagram[at] == first && (long) LONG.get(datagram, at) == mark) {
                return true;
            }
        }
        return false;
    }
}
