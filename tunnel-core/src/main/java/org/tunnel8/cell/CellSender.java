package org.tunnel8.cell;

import java.net.InetSocketAddress;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.metrics.Counters;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;

/**
 * Puts frames around cell messages and sends them.
 *
 * <p>Engine thread only. The scratch buffer serves one message at a time: it is filled, sealed in place and sent before
 * the next is encoded.
 */
public final class CellSender {
    /** No datagram is sent that is longer: Rust nodes would cut it (D4). */
    public static final int MAX_DATAGRAM_BYTES = 2_048;

    /** A message towards an owner has to fit into a datagram at the owner's end too, below the layers of three hops. */
    public static final int MAX_BACKWARD_MESSAGE_BYTES =
            MAX_DATAGRAM_BYTES - CellFrame.HEADER_BYTES - 3 * LayerCipher.OVERHEAD_BYTES;

    private final CommunityId community;
    private final DatagramSink sink;
    private final TrafficShaper others;
    private final byte[] scratch = new byte[Headroom.FRONT_BYTES + MAX_DATAGRAM_BYTES + Headroom.BACK_BYTES];

    /**
     * Makes a sender for own circuits alone: for somebody who takes part in no others.
     *
     * @param community whose prefix the frames bear
     * @param sink where the datagrams go
     */
    public CellSender(CommunityId community, DatagramSink sink) {
        this(community, sink, new TrafficShaper(TrafficLimits.NONE, Outlet.of(sink), new Deadlines(0), new Counters()));
    }

    /**
     * Makes a sender of one community's cells.
     *
     * @param community whose prefix the frames bear
     * @param sink where the datagrams of own circuits go
     * @param others where those of others' circuits go
     */
    public CellSender(CommunityId community, DatagramSink sink, TrafficShaper others) {
        this.community = community;
        this.sink = sink;
        this.others = others;
    }

    /**
     * Writes the frame directly in front of a sealed message of somebody else's circuit and has both go in the circuit's
     * turn.
     *
     * @param circuit whose it is, by identity
     * @param to address of the neighbour
     * @param circuitId id on the link to that neighbour
     * @param relayEarly value of the relay_early flag
     * @param buffer holds the message, with room for the frame in front
     * @param offset where the message starts
     * @param length bytes of the message
     */
    public void pass(
            Object circuit,
            InetSocketAddress to,
            int circuitId,
            boolean relayEarly,
            byte[] buffer,
            int offset,
            int length) {
        int start = offset - CellFrame.HEADER_BYTES;
        CellFrame.writeHeader(buffer, start, community, circuitId, false, relayEarly);
        others.send(circuit, to, buffer, start, CellFrame.HEADER_BYTES + length);
    }

    /**
     * Encodes a message about somebody else's circuit and sends it in a plaintext cell: create and created only. It waits
     * for nobody.
     *
     * @param to address of the neighbour
     * @param circuitId id on the link to that neighbour
     * @param message the message
     */
    public void passPlain(InetSocketAddress to, int circuitId, CellMessage message) {
        int length = encode(message);
        int start = Headroom.FRONT_BYTES - CellFrame.HEADER_BYTES;
        CellFrame.writeHeader(scratch, start, community, circuitId, true, false);
        others.sendAtOnce(to, scratch, start, CellFrame.HEADER_BYTES + length);
    }

    /**
     * What passes for others.
     *
     * @return the same object each time
     */
    public TrafficShaper others() {
        return others;
    }

    /**
     * Writes the frame directly in front of a message of an own circuit and sends both.
     *
     * @param to address of the neighbour
     * @param circuitId id on the link to that neighbour
     * @param plaintext value of the plaintext flag
     * @param relayEarly value of the relay_early flag
     * @param buffer holds the message, sealed unless plaintext, with room for the frame in front
     * @param offset where the message starts
     * @param length bytes of the message
     */
    public void send(
            InetSocketAddress to,
            int circuitId,
            boolean plaintext,
            boolean relayEarly,
            byte[] buffer,
            int offset,
            int length) {
        int start = offset - CellFrame.HEADER_BYTES;
        CellFrame.writeHeader(buffer, start, community, circuitId, plaintext, relayEarly);
        sink.send(to, buffer, start, CellFrame.HEADER_BYTES + length);
    }

    /**
     * Encodes a message and sends it in a plaintext cell: create and created only.
     *
     * @param to address of the neighbour
     * @param circuitId id on the link to that neighbour
     * @param relayEarly value of the relay_early flag
     * @param message the message
     */
    public void sendPlain(InetSocketAddress to, int circuitId, boolean relayEarly, CellMessage message) {
        int length = encode(message);
        send(to, circuitId, true, relayEarly, scratch, Headroom.FRONT_BYTES, length);
    }

    /**
     * Encodes a message into the scratch buffer, at {@code Headroom.FRONT_BYTES}.
     *
     * @param message the message; what a stranger put into it has been checked to fit
     * @return its bytes
     */
    public int encode(CellMessage message) {
        WireWriter writer = new WireWriter(scratch, Headroom.FRONT_BYTES, MAX_DATAGRAM_BYTES);
        return CellCodec.encode(message, writer);
    }

    /**
     * The scratch buffer that {@link #encode} fills.
     *
     * @return the same array each time
     */
    public byte[] scratch() {
        return scratch;
    }

    /**
     * The community whose cells these are.
     *
     * @return its id
     */
    public CommunityId community() {
        return community;
    }
}
