package org.tunnel8.wire.cell;

import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireNumbers;

/**
 * The 29 bytes in front of every cell's message, read and written in place ({@code PROTOCOL.md §6}). Allocates nothing.
 *
 * <p>Offsets name the first byte of the datagram. Apart from {@link #isCell} the methods trust that the header is there.
 */
public final class CellFrame {
    /** Length of the header: prefix, message id 0, circuit id, two flags. */
    public static final int HEADER_BYTES = 29;

    private static final int ID_OFFSET = CommunityId.PREFIX_BYTES;
    private static final int CIRCUIT_OFFSET = 23;
    private static final int PLAINTEXT_OFFSET = 27;
    private static final int RELAY_EARLY_OFFSET = 28;

    private CellFrame() {}

    /**
     * Whether a datagram, whose prefix is known to fit, is a cell with at least one byte of message.
     *
     * @param buffer holds the datagram
     * @param offset where it begins
     * @param length its length
     * @return true if so
     */
    public static boolean isCell(byte[] buffer, int offset, int length) {
        return length > HEADER_BYTES && buffer[offset + ID_OFFSET] == CellMessageId.CELL;
    }

    /**
     * The circuit id on this link.
     *
     * @param buffer holds the cell
     * @param offset where it begins
     * @return all 32 bits
     */
    public static int circuitId(byte[] buffer, int offset) {
        return WireNumbers.u32(buffer, offset + CIRCUIT_OFFSET);
    }

    /**
     * Whether the message travels without any layer; any nonzero byte means yes.
     *
     * @param buffer holds the cell
     * @param offset where it begins
     * @return the flag
     */
    public static boolean plaintext(byte[] buffer, int offset) {
        return buffer[offset + PLAINTEXT_OFFSET] != 0;
    }

    /**
     * Whether the cell draws on the budget for extending; any nonzero byte means yes.
     *
     * @param buffer holds the cell
     * @param offset where it begins
     * @return the flag
     */
    public static boolean relayEarly(byte[] buffer, int offset) {
        return buffer[offset + RELAY_EARLY_OFFSET] != 0;
    }

    /**
     * Writes a header.
     *
     * @param buffer where to
     * @param offset where to begin; {@link #HEADER_BYTES} of room must be there
     * @param community the overlay
     * @param circuitId the circuit id on the link the cell will take
     * @param plaintext whether the message has no layer
     * @param relayEarly whether the cell draws on the budget for extending
     */
    public static void writeHeader(
            byte[] buffer, int offset, CommunityId community, int circuitId, boolean plaintext, boolean relayEarly) {
        community.putPrefix(buffer, offset);
        buffer[offset + ID_OFFSET] = CellMessageId.CELL;
        WireNumbers.putU32(buffer, offset + CIRCUIT_OFFSET, circuitId);
        buffer[offset + PLAINTEXT_OFFSET] = (byte) (plaintext ? 1 : 0);
        buffer[offset + RELAY_EARLY_OFFSET] = (byte) (relayEarly ? 1 : 0);
    }
}
