package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;

/**
 * What of an engine takes part in passing cells on: its router, its table of circuit ids, and what is put into it. Time
 * stands still, and what is sent is collected.
 */
public final class LabNode {
    /** Where what has headroom starts. */
    static final int OFFSET = Headroom.FRONT_BYTES;

    /** The first counter of our own that an owner's cells bear (D10). */
    public static final long OWNER_FIRST = SendCounter.ownerForward().next();

    /** The first counter of our own that a hop's cells bear. */
    public static final long HOP_FIRST = SendCounter.responderBackward().next();

    private final InetSocketAddress address;
    private final IdentityKey identity;
    private final Deadlines deadlines = new Deadlines(0);
    private final Counters counters = new Counters();
    private final CircuitTable table = new CircuitTable();
    private final LabCipher cipher = new LabCipher();
    private final List<Sent> sent = new ArrayList<>();
    private final List<byte[]> creates = new ArrayList<>();
    private final CellSender cells;
    private final CellRouter router;

    /** A datagram that the node sent. */
    public record Sent(InetSocketAddress to, byte[] packet) {}

    LabNode(InetSocketAddress address, IdentityKey identity, CommunityId community) {
        this.address = address;
        this.identity = identity;
        this.cells = new CellSender(
                community, sink(), new TrafficShaper(TrafficLimits.NONE, Outlet.of(sink()), deadlines, counters));
        this.router = new CellRouter(
                table,
                counters,
                (from, circuitId, buffer, offset, length) ->
                        creates.add(Arrays.copyOfRange(buffer, offset, offset + length)));
    }

    /** Hands the node a cell, and takes what it sends then. */
    List<Sent> receive(InetSocketAddress from, byte[] packet) {
        byte[] buffer = withHeadroom(packet);
        router.onCell(from, buffer, OFFSET, packet.length);
        return takeSent();
    }

    List<Sent> takeSent() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** The one datagram that the node has sent since it was last asked. */
    Sent takeOnlySent() {
        List<Sent> taken = takeSent();
        assertThat(taken).as("datagrams sent").hasSize(1);
        return taken.get(0);
    }

    /** The create messages that were for circuit ids not in use. */
    List<byte[]> creates() {
        return creates;
    }

    Map<DropReason, Long> drops() {
        return counters.drops();
    }

    /** A copy of some bytes, with the usual room around them. */
    public static byte[] withHeadroom(byte[] bytes) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + bytes.length + Headroom.BACK_BYTES];
        System.arraycopy(bytes, 0, buffer, Headroom.FRONT_BYTES, bytes.length);
        return buffer;
    }

    public InetSocketAddress address() {
        return address;
    }

    public IdentityKey identity() {
        return identity;
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    public Counters counters() {
        return counters;
    }

    public CircuitTable table() {
        return table;
    }

    public LabCipher cipher() {
        return cipher;
    }

    public CellSender cells() {
        return cells;
    }

    /** Collects what is sent. */
    public DatagramSink sink() {
        return (to, buffer, offset, length) ->
                sent.add(new Sent(to, Arrays.copyOfRange(buffer, offset, offset + length)));
    }
}
