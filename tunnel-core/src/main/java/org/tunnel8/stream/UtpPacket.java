package org.tunnel8.stream;

import org.tunnel8.wire.WireNumbers;

/**
 * One uTP datagram as it was read: the header's fields, and where selective acknowledgements and payload lie in the buffer
 * (BEP 29).
 *
 * <p>Engine thread only. One object reads any number of datagrams, one after the other; it copies nothing and allocates
 * nothing.
 */
final class UtpPacket {
    static final int HEADER_BYTES = 20;
    static final int DATA = 0;
    static final int FIN = 1;
    static final int STATE = 2;
    static final int RESET = 3;
    static final int SYN = 4;
    static final int VERSION = 1;
    /** The extension whose bits say which packets behind the next missing one have come. */
    static final int SELECTIVE_ACK = 1;

    private static final int EXTENSION_HEADER_BYTES = 2;
    private static final int CONNECTION_ID = 2;
    private static final int TIMESTAMP = 4;
    private static final int DIFFERENCE = 8;
    private static final int WINDOW = 12;
    private static final int NUMBER = 16;
    private static final int ACKNOWLEDGED = 18;

    private byte[] buffer = new byte[0];
    private int offset;
    private int sackOffset;
    private int sackBytes;
    private int payloadOffset;
    private int payloadBytes;

    /** What a datagram is. */
    enum Reading {
        /** Something else, or too short for anything. */
        NOT_UTP,
        /** Its extensions reach beyond its end. */
        MALFORMED,
        /** All fields can be asked for. */
        WHOLE
    }

    /** Reads a datagram; fields mean something only after {@link Reading#WHOLE}, until the buffer changes. */
    Reading read(byte[] from, int start, int length) {
        if (length < HEADER_BYTES || (from[start] & 0x0f) != VERSION || (from[start] & 0xff) >>> 4 > SYN) {
            return Reading.NOT_UTP;
        }
        buffer = from;
        offset = start;
        sackOffset = 0;
        sackBytes = 0;
        int end = start + length;
        int at = start + HEADER_BYTES;
        int extension = from[start + 1] & 0xff;
        while (extension != 0) {
            if (end - at < EXTENSION_HEADER_BYTES) {
                return Reading.MALFORMED;
            }
            int bytes = from[at + 1] & 0xff;
            int body = at + EXTENSION_HEADER_BYTES;
            if (end - body < bytes) {
                return Reading.MALFORMED;
            }
            if (extension == SELECTIVE_ACK) {
                sackOffset = body;
                sackBytes = bytes;
            }
            extension = from[at] & 0xff;
            at = body + bytes;
        }
        payloadOffset = at;
        payloadBytes = end - at;
        return Reading.WHOLE;
    }

    int type() {
        return (buffer[offset] & 0xff) >>> 4;
    }

    int connectionId() {
        return WireNumbers.u16(buffer, offset + CONNECTION_ID);
    }

    /** The sender's clock in microseconds, of which 32 bits are here; 0 if it says none. */
    int timestampMicros() {
        return WireNumbers.u32(buffer, offset + TIMESTAMP);
    }

    /** How long our last datagram seemed to take to the sender, by two clocks that differ; 0 if it says nothing. */
    int differenceMicros() {
        int micros = WireNumbers.u32(buffer, offset + DIFFERENCE);
        return micros == Integer.MAX_VALUE ? 0 : micros; // some say this before they have measured anything
    }

    /** How many bytes the sender takes; what does not fit an int counts as the largest. */
    int windowBytes() {
        int bytes = WireNumbers.u32(buffer, offset + WINDOW);
        return bytes < 0 ? Integer.MAX_VALUE : bytes;
    }

    /** The packet's number, 16 bits. */
    int number() {
        return WireNumbers.u16(buffer, offset + NUMBER);
    }

    /** The last packet that the sender has, with all before it, 16 bits. */
    int acknowledged() {
        return WireNumbers.u16(buffer, offset + ACKNOWLEDGED);
    }

    /** How many packets selective acknowledgements speak of, the first being two behind {@link #acknowledged()}. */
    int sackBits() {
        return sackBytes * Byte.SIZE;
    }

    boolean isSacked(int bit) {
        return (buffer[sackOffset + bit / Byte.SIZE] >>> bit % Byte.SIZE & 1) != 0;
    }

    byte[] buffer() {
        return buffer;
    }

    int payloadOffset() {
        return payloadOffset;
    }

    int payloadBytes() {
        return payloadBytes;
    }

    /** Writes a header. Numbers are cut to their bits. */
    @SuppressWarnings("TooManyParameters")
    static void write(
            byte[] to,
            int at,
            int type,
            int extension,
            int connectionId,
            int timestampMicros,
            int differenceMicros,
            int windowBytes,
            long number,
            long acknowledged) {
        to[at] = (byte) (type << 4 | VERSION);
        to[at + 1] = (byte) extension;
        WireNumbers.putU16(to, at + CONNECTION_ID, connectionId);
        WireNumbers.putU32(to, at + TIMESTAMP, timestampMicros);
        WireNumbers.putU32(to, at + DIFFERENCE, differenceMicros);
        WireNumbers.putU32(to, at + WINDOW, windowBytes);
        WireNumbers.putU16(to, at + NUMBER, (int) number);
        WireNumbers.putU16(to, at + ACKNOWLEDGED, (int) acknowledged);
    }

    /**
     * The whole number of which 16 bits came: of those that end in them the one nearest to a number that is known. So nothing
     * behind this has to think of the end of 16 bits.
     */
    static long whole(int bits, long near) {
        return near + (short) (bits - (int) near);
    }
}
