package org.tunnel8.cell;

import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;

/**
 * Hands each cell to what its circuit id stands for (PROTOCOL.md §6).
 *
 * <p>On the path of every packet: one look-up, no allocation. Knows nothing of circuits. Engine thread only.
 */
public final class CellRouter {
    private final CircuitTable table;
    private final Counters counters;
    private final CreateHandler creates;

    /** Takes the one message that may come for a circuit id that is not in use. */
    @FunctionalInterface
    public interface CreateHandler {
        /**
         * Takes a plaintext create cell for an unused circuit id.
         *
         * @param from the address it came from
         * @param circuitId the id that the neighbour chose for the link
         * @param buffer holds the message
         * @param offset where the message (its id) starts
         * @param length bytes of the message
         */
        void onCreate(InetSocketAddress from, int circuitId, byte[] buffer, int offset, int length);
    }

    /**
     * Makes a router.
     *
     * @param table the circuit ids in use
     * @param counters where drops are counted
     * @param creates takes create cells for unused ids
     */
    public CellRouter(CircuitTable table, Counters counters, CreateHandler creates) {
        this.table = table;
        this.counters = counters;
        this.creates = creates;
    }

    /**
     * Routes one cell.
     *
     * @param from the address it came from
     * @param buffer holds the datagram with room in front and behind; may be overwritten, is not kept
     * @param offset where the datagram starts; its prefix and message id have been checked
     * @param length bytes of the datagram
     */
    public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
        PacketCounts packets = counters.packets();
        packets.arrives(MessageKind.CELL);
        if (length <= CellFrame.HEADER_BYTES) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        int circuitId = CellFrame.circuitId(buffer, offset);
        @Nullable CellEndpoint endpoint = table.get(circuitId);
        if (endpoint != null) {
            endpoint.onCell(from, buffer, offset, length);
        } else if (CellFrame.plaintext(buffer, offset)
                && buffer[offset + CellFrame.HEADER_BYTES] == CellMessageId.CREATE) {
            packets.arrives(MessageKind.CREATE);
            creates.onCreate(from, circuitId, buffer, offset + CellFrame.HEADER_BYTES, length - CellFrame.HEADER_BYTES);
        } else {
            counters.dropped(DropReason.UNKNOWN_CIRCUIT);
        }
    }

    /**
     * Routes one destroy. Its signature is verified only if it claims to come from the neighbour on that circuit id.
     *
     * @param circuitId id on the link to the signer
     * @param signer public key that it claims to be signed with
     * @param reason reason code
     * @param signature verifies the signature
     */
    public void onDestroy(int circuitId, PublicKey signer, int reason, BooleanSupplier signature) {
        CellEndpoint endpoint = table.get(circuitId);
        if (endpoint == null) {
            counters.dropped(DropReason.UNKNOWN_CIRCUIT);
        } else if (!endpoint.isNeighbour(signer)) {
            counters.dropped(DropReason.DESTROY_REFUSED);
        } else if (!signature.getAsBoolean()) {
            counters.dropped(DropReason.BAD_SIGNATURE);
        } else {
            endpoint.onDestroy(reason);
        }
    }
}
