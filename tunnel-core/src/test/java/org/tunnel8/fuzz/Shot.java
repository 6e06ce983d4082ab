package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One hostile datagram.
 *
 * @param kind how it was made
 * @param from its source, made up as the attacker likes
 * @param to a node's own address, or that of an outside socket
 * @param bytes its content
 */
record Shot(Kind kind, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    private static final int SHOWN_BYTES = 200;

    /** How a hostile datagram was made. */
    enum Kind {
        RANDOM_BYTES,
        MUTATED_VECTOR,
        MUTATED_RECORDING,
        REPLAY,
        RANDOM_MESSAGE,
        CELL_OF_LIVE_CIRCUIT,
        PLAINTEXT_CELL,
        CREATE,
        OWNED_CIRCUIT,
        SERVED_CIRCUIT,
        SIGNED,
        DESTROY,
        OUTSIDE,
        ANSWER
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shot that
                && kind == that.kind
                && from.equals(that.from)
                && to.equals(that.to)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        String hex = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN_BYTES));
        return kind + " " + from + " -> " + to + ", " + bytes.length + " bytes: " + hex;
    }
}
