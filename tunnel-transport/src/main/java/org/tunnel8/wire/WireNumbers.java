package org.tunnel8.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian numbers at a place in a buffer; the caller has checked that they are there. Allocates nothing. */
public final class WireNumbers {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private WireNumbers() {}

    /**
     * The unsigned 16-bit number at an offset.
     *
     * @param buffer the bytes
     * @param offset where it begins
     * @return 0 to 65535
     */
    public static int u16(byte[] buffer, int offset) {
        return (short) SHORT.get(buffer, offset) & 0xffff;
    }

    /**
     * The 32 bits at an offset.
     *
     * @param buffer the bytes
     * @param offset where they begin
     * @return all 32 bits
     */
    public static int u32(byte[] buffer, int offset) {
        return (int) INT.get(buffer, offset);
    }

    /**
     * The 64 bits at an offset.
     *
     * @param buffer the bytes
     * @param offset where they begin
     * @return all 64 bits
     */
    public static long u64(byte[] buffer, int offset) {
        return (long) LONG.get(buffer, offset);
    }

    /**
     * Writes the low 16 bits of a number.
     *
     * @param buffer where to
     * @param offset where to begin
     * @param value the number
     */
    public static void putU16(byte[] buffer, int offset, int value) {
        SHORT.set(buffer, offset, (short) value);
    }

    /**
     * Writes 32 bits.
     *
     * @param buffer where to
     * @param offset where to begin
     * @param value the bits
     */
    public static void putU32(byte[] buffer, int offset, int value) {
        INT.set(buffer, offset, value);
    }

    /**
     * Writes 64 bits.
     *
     * @param buffer where to
     * @param offset where to begin
     * @param value the bits
     */
    public static void putU64(byte[] buffer, int offset, long value) {
        LONG.set(buffer, offset, value);
    }
}
