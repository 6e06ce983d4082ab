package org.tunnel8.metrics;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts of one engine.
 *
 * <p>The engine's thread alone writes; any thread may read, and sees each count a moment old at most.
 */
public final class Counters {
    private static final DropReason[] REASONS = DropReason.values();

    private final LongCounts drops = new LongCounts(REASONS.length);
    private final LongCounts traffic = new LongCounts(Kind.values().length);
    private final PacketCounts packets = new PacketCounts();
    private final KeyTraffic keys = new KeyTraffic();

    /** What traffic is counted by. */
    public enum Kind {
        /** Datagrams handed to the engine from its own port. */
        PACKETS_RECEIVED,
        /** Their bytes. */
        BYTES_RECEIVED,
        /** Datagrams sent over its own port. */
        PACKETS_SENT,
        /** Their bytes. */
        BYTES_SENT,
        /** Application datagrams sent into own circuits. */
        DATA_PACKETS_SENT,
        /** Their payload bytes. */
        DATA_BYTES_SENT,
        /** Application datagrams that came back through own circuits. */
        DATA_PACKETS_RECEIVED,
        /** Their payload bytes. */
        DATA_BYTES_RECEIVED,
        /** Cells taken in to be passed on for others. */
        CELLS_RELAYED,
        /** Their bytes, as received. */
        CELL_BYTES_RELAYED,
        /** Datagrams sent to the outside for others. */
        EXIT_PACKETS_SENT,
        /** Their bytes. */
        EXIT_BYTES_SENT,
        /** Datagrams taken from the outside for others. */
        EXIT_PACKETS_RECEIVED,
        /** Their bytes. */
        EXIT_BYTES_RECEIVED,
        /** Answers of HTTP servers passed back to others. */
        EXIT_HTTP_REPLIES,
        /** Their bytes. */
        EXIT_HTTP_REPLY_BYTES,
        /** Signatures of others that were checked, right or wrong: the dearest thing that a packet can ask for. */
        SIGNATURES_CHECKED,
        /** Streams that this side has begun, or wanted to. */
        STREAMS_BEGUN,
        /** Streams of others that were accepted. */
        STREAMS_ACCEPTED,
        /** Packets that streams have sent, of all types. */
        STREAM_PACKETS_SENT,
        /** Packets that have come for streams. */
        STREAM_PACKETS_RECEIVED,
        /** Bytes of streams that the other side has acknowledged, and all before them. */
        STREAM_BYTES_SENT,
        /** Bytes that have come for streams, each once. */
        STREAM_BYTES_RECEIVED,
        /** Packets with data that were sent again. */
        STREAM_RETRANSMISSIONS,
        /** Times that a stream's other side acknowledged nothing for the whole time-out. */
        STREAM_TIMEOUTS,
        /** Streams that ended with all bytes of both sides. */
        STREAMS_CLOSED,
        /** Streams that the other side refused or broke off. */
        STREAMS_RESET,
        /** Streams that nobody answered. */
        STREAMS_UNANSWERED,
        /** Streams whose other side fell silent. */
        STREAMS_TIMED_OUT,
        /** Streams that this side broke off. */
        STREAMS_BROKEN_OFF,
        /** Streams that ended because their flow left through another exit. */
        STREAMS_MOVED,
        /** Streams that ended with their flow. */
        STREAMS_FLOW_CLOSED,
        /** Streams that never began because there were too many. */
        STREAMS_TOO_MANY,
    }

    /** Makes counters that stand at zero. */
    public Counters() {}

    /**
     * Counts one drop. Engine thread only.
     *
     * @param reason why
     */
    public void dropped(DropReason reason) {
        drops.add(LongCounts.indexOf(reason), 1);
    }

    /**
     * Counts one occurrence. Engine thread only.
     *
     * @param kind of what
     */
    public void happened(Kind kind) {
        traffic.add(LongCounts.indexOf(kind), 1);
    }

    /**
     * Counts several occurrences, or bytes. Engine thread only.
     *
     * @param kind of what
     * @param amount how many, zero or more
     */
    public void happened(Kind kind, long amount) {
        traffic.add(LongCounts.indexOf(kind), amount);
    }

    /**
     * Counts one packet and its bytes. Engine thread only.
     *
     * @param packets the count of packets
     * @param bytes the count of bytes that belongs to it
     * @param length number of bytes of this packet
     */
    public void packet(Kind packets, Kind bytes, int length) {
        traffic.add(LongCounts.indexOf(packets), 1);
        traffic.add(LongCounts.indexOf(bytes), length);
    }

    /**
     * How often something was dropped for a reason.
     *
     * @param reason the reason
     * @return zero or more
     */
    public long drops(DropReason reason) {
        return drops.get(LongCounts.indexOf(reason));
    }

    /**
     * All reasons for which something was dropped so far.
     *
     * @return a new map without zeros
     */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> counted = new EnumMap<>(DropReason.class);
        for (DropReason reason : REASONS) {
            long count = drops(reason);
            if (count > 0) {
                counted.put(reason, count);
            }
        }
        return counted;
    }

    /**
     * One of the traffic counts.
     *
     * @param kind which
     * @return zero or more
     */
    public long traffic(Kind kind) {
        return traffic.get(LongCounts.indexOf(kind));
    }

    /**
     * Datagrams of the node's own port by what they hold and who the other side is.
     *
     * @return the same object each time
     */
    public PacketCounts packets() {
        return packets;
    }

    /**
     * Application traffic by isolation key.
     *
     * @return the same object each time
     */
    public KeyTraffic keys() {
        return keys;
    }
}
