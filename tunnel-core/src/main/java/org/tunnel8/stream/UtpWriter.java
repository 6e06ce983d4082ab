package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/** Writes the datagrams of an endpoint, all in one buffer. Engine thread only. */
final class UtpWriter {
    /** D4: no datagram of ours is longer. */
    static final int MOST_BYTES = 1_472;

    private static final int NANOS_PER_MICRO = 1_000;
    private static final int AT = Headroom.FRONT_BYTES;

    private final byte[] buffer = new byte[Headroom.FRONT_BYTES + MOST_BYTES + Headroom.BACK_BYTES];
    private final UtpOutput output;
    private final Deadlines deadlines;

    UtpWriter(UtpOutput output, Deadlines deadlines) {
        this.output = output;
        this.deadlines = deadlines;
    }

    /** The time as packets tell it; never 0, which says nothing. */
    int micros() {
        int micros = (int) (deadlines.nowNanos() / NANOS_PER_MICRO);
        return micros == 0 ? 1 : micros;
    }

    /** Sends a packet of a stream, with bytes of what it has to send. */
    void packet(StreamMachine stream, int type, long number, @Nullable ByteChunks bytes, int at, int length) {
        stream.writeHeader(buffer, AT, type, 0, number);
        if (bytes != null) {
            bytes.copy(at, buffer, AT + UtpPacket.HEADER_BYTES, length);
        }
        output.send(stream.remote(), buffer, AT, UtpPacket.HEADER_BYTES + length);
    }

    /** Sends what a stream has received. */
    void state(StreamMachine stream, UtpReceiver receiver, long number) {
        int sacks = receiver.sackBytes();
        if (sacks == 0) {
            packet(stream, UtpPacket.STATE, number, null, 0, 0);
            return;
        }
        stream.writeHeader(buffer, AT, UtpPacket.STATE, UtpPacket.SELECTIVE_ACK, number);
        int body = AT + UtpPacket.HEADER_BYTES + 2;
        buffer[body - 2] = 0; // no further extension
        buffer[body - 1] = (byte) sacks;
        receiver.writeSacks(buffer, body, sacks);
        output.send(stream.remote(), buffer, AT, body - AT + sacks);
    }

    /** Answers a packet of a stream that is not known, or a SYN that is refused. */
    void refuse(Address origin, UtpPacket packet) {
        UtpPacket.write(buffer, AT, UtpPacket.RESET, 0, packet.connectionId(), micros(), 0, 0, 0, packet.number());
        output.send(origin, buffer, AT, UtpPacket.HEADER_BYTES);
    }
}
