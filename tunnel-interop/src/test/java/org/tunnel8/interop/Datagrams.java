package org.tunnel8.interop;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Datagrams that exits pass (PROTOCOL.md §10). */
final class Datagrams {
    static final int BYTES = 60;

    private Datagrams() {}

    /** Like uTP's (BEP 29), with a number; the outside peer echoes it. */
    static byte[] utp(int number) {
        return ByteBuffer.allocate(BYTES).put(0, (byte) 1).putLong(4, number).array();
    }

    /** Like the DHT's: a bencoded dictionary. */
    static byte[] dht(int number) {
        byte[] datagram = ByteBuffer.allocate(15)
                .put("d1:t8:".getBytes(StandardCharsets.US_ASCII))
                .putLong(number)
                .array();
        datagram[14] = 'e';
        return datagram;
    }
}
