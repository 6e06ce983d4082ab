package org.tunnel8.wire.vectors;

import java.util.Arrays;
import java.util.Optional;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;

/**
 * What each kind of node does with one cell, as {@code PROTOCOL.md §6} tells it, with nothing but the cell header and the layer cipher:
 * the measure for the vectors of cells. Whole packets go in and out; nothing is remembered between them.
 */
public final class CellLab {
    private final CommunityId community;
    private final LayerCipher cipher = LayerCiphers.named("jdk").create();

    /** A laboratory for one overlay. */
    public CellLab(CommunityId community) {
        this.community = community;
    }

    /** A cell with this header around a message, whether sealed or not. */
    public byte[] cell(int circuitId, boolean plaintext, boolean relayEarly, byte[] message) {
        byte[] packet = new byte[CellFrame.HEADER_BYTES + message.length];
        CellFrame.writeHeader(packet, 0, community, circuitId, plaintext, relayEarly);
        System.arraycopy(message, 0, packet, CellFrame.HEADER_BYTES, message.length);
        return packet;
    }

    /** What lies behind a cell's header. */
    public static byte[] message(byte[] packet) {
        return Arrays.copyOfRange(packet, CellFrame.HEADER_BYTES, packet.length);
    }

    /** A message with one layer more. */
    public byte[] seal(LayerKey key, long counter, byte[] message) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + message.length + Headroom.BACK_BYTES];
        System.arraycopy(message, 0, buffer, Headroom.FRONT_BYTES, message.length);
        cipher.seal(key, counter, buffer, Headroom.FRONT_BYTES, message.length);
        int start = Headroom.FRONT_BYTES - LayerCipher.COUNTER_BYTES;
        return Arrays.copyOfRange(buffer, start, start + message.length + LayerCipher.OVERHEAD_BYTES);
    }

    /** A message with one layer less, if that layer opens. */
    public Optional<byte[]> open(LayerKey key, byte[] message) {
        byte[] buffer = message.clone();
        int length = cipher.open(key, buffer, 0, buffer.length);
        if (length < 0) {
            return Optional.empty();
        }
        int start = LayerCipher.COUNTER_BYTES;
        return Optional.of(Arrays.copyOfRange(buffer, start, start + length));
    }

    /** A relay's work away from the owner: one layer less, the next circuit id; nothing if the cell is dropped. */
    public Optional<byte[]> relayForward(
            byte[] packet, int circuitId, LayerKey key, int nextCircuitId, int relayEarlyCount, int relayEarlyLimit) {
        if (!isLayered(packet, circuitId)) {
            return Optional.empty();
        }
        boolean relayEarly = CellFrame.relayEarly(packet, 0);
        if (relayEarly && relayEarlyCount >= relayEarlyLimit) {
            return Optional.empty();
        }
        return open(key, message(packet)).map(inner -> cell(nextCircuitId, false, relayEarly, inner));
    }

    /** A relay's work towards the owner: one layer more, the next circuit id. */
    public byte[] relayBackward(byte[] packet, LayerKey key, long counter, int nextCircuitId) {
        return cell(nextCircuitId, false, CellFrame.relayEarly(packet, 0), seal(key, counter, message(packet)));
    }

    /** An end point's work: all layers less, in the order of the keys; nothing if the cell is dropped. */
    public Optional<byte[]> receive(byte[] packet, int circuitId, int relayEarlyLimit, LayerKey... keys) {
        if (relayEarlyLimit <= 0 || !isLayered(packet, circuitId)) {
            return Optional.empty();
        }
        Optional<byte[]> inner = Optional.of(message(packet));
        for (LayerKey key : keys) {
            inner = inner.flatMap(layered -> open(key, layered));
        }
        boolean relayEarly = CellFrame.relayEarly(packet, 0);
        return inner.filter(message -> message.length > 0)
                .filter(message -> relayEarly || message[0] != CellMessageId.EXTEND)
                .map(message -> cell(circuitId, false, relayEarly, message));
    }

    /** The work of a node that knows no circuit of this id: only plaintext create and created come through. */
    public Optional<byte[]> receiveUnknown(byte[] packet) {
        if (!CellFrame.isCell(packet, 0, packet.length) || !CellFrame.plaintext(packet, 0)) {
            return Optional.empty();
        }
        int id = packet[CellFrame.HEADER_BYTES];
        boolean allowed = id == CellMessageId.CREATE || id == CellMessageId.CREATED;
        return allowed ? Optional.of(packet) : Optional.empty();
    }

    private boolean isLayered(byte[] packet, int circuitId) {
        return community.matchesPrefix(packet, 0, packet.length)
                && CellFrame.isCell(packet, 0, packet.length)
                && CellFrame.circuitId(packet, 0) == circuitId
                && !CellFrame.plaintext(packet, 0);
    }
}
