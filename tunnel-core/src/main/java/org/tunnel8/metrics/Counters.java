package org.tunnel8.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts of one engine.
 *
 * <p>The engine's thread alone writes; any thread may read, and sees each count a moment old at most.
 */
public final class Counters {
    private final Map<DropReason, AtomicLong> drops = zeros(DropReason.class);
    private final Map<Kind, AtomicLong> traffic = zeros(Kind.class);

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
    }

    /** Makes counters that stand at zero. */
    public Counters() {}

    /**
     * Counts one drop. Engine thread only.
     *
     * @param reason why
     */
    public void dropped(DropReason reason) {
        add(drops, reason, 1);
    }

    /**
     * Counts one occurrence. Engine thread only.
     *
     * @param kind of what
     */
    public void happened(Kind kind) {
        add(traffic, kind, 1);
    }

    /**
     * Counts one packet and its bytes. Engine thread only.
     *
     * @param packets the count of packets
     * @param bytes the count of bytes that belongs to it
     * @param length number of bytes of this packet
     */
    public void packet(Kind packets, Kind bytes, int length) {
        add(traffic, packets, 1);
        add(traffic, bytes, length);
    }

    /**
     * How often something was dropped for a reason.
     *
     * @param reason the reason
     * @return zero or more
     */
    public long drops(DropReason reason) {
        return read(drops, reason);
    }

    /**
     * All reasons for which something was dropped so far.
     *
     * @return a new map without zeros
     */
    public Map<DropReason, Long> drops() {
        Map<DropReason, Long> counted = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
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
        return read(traffic, kind);
    }

    private static <K extends Enum<K>> Map<K, AtomicLong> zeros(Class<K> kinds) {
        Map<K, AtomicLong> counts = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            counts.put(kind, new AtomicLong());
        }
        return counts;
    }

    private static <K extends Enum<K>> long read(Map<K, AtomicLong> counts, K kind) {
        return Objects.requireNonNull(counts.get(kind)).getOpaque();
    }

    private static <K extends Enum<K>> void add(Map<K, AtomicLong> counts, K kind, long amount) {
        // One writer: no read-modify-write instruction is needed, only that readers see whole values.
        AtomicLong count = Objects.requireNonNull(counts.get(kind));
        count.setOpaque(count.getPlain() + amount);
    }
}
