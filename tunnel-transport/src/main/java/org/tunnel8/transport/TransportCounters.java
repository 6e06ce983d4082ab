package org.tunnel8.transport;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a datagram port counted since it was bound ({@code FR-023}, {@code D13}). Immutable.
 *
 * @param received datagrams handed to the listener
 * @param receivedBytes their payload bytes
 * @param sent datagrams that the system took
 * @param sentBytes their payload bytes
 * @param segmented how many of the sent ones left as part of a segmented send
 * @param cut received datagrams dropped because they were longer than {@link DatagramPort#MAX_RECEIVED_BYTES}
 * @param tooLarge datagrams not sent because they exceed what the port may send or what the system sends
 * @param retried sends repeated after a transient error
 * @param receiveErrors errors of the system while receiving
 * @param listenerFailures datagrams whose listener threw
 * @param dropped other datagrams not sent, by reason; reasons that did not occur are absent
 */
public record TransportCounters(
        long received,
        long receivedBytes,
        long sent,
        long sentBytes,
        long segmented,
        long cut,
        long tooLarge,
        long retried,
        long receiveErrors,
        long listenerFailures,
        Map<SendFailure, Long> dropped) {
    private static final TransportCounters NONE = new TransportCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());

    /** Takes a copy of the map. */
    public TransportCounters {
        EnumMap<SendFailure, Long> copy = new EnumMap<>(SendFailure.class);
        copy.putAll(dropped);
        dropped = Collections.unmodifiableMap(copy);
    }

    /**
     * Returns the counters of a port that did nothing.
     *
     * @return all zero
     */
    public static TransportCounters none() {
        return NONE;
    }

    /**
     * Returns how many datagrams were not sent for a reason.
     *
     * @param failure the reason
     * @return the count, 0 if it did not occur
     */
    public long dropped(SendFailure failure) {
        return dropped.getOrDefault(failure, 0L);
    }

    /**
     * Returns how many datagrams were not sent, for any reason but their size.
     *
     * @return the sum of {@link #dropped()}
     */
    public long droppedInAll() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Adds the counters of another port, for a sum over several.
     *
     * @param other what to add
     * @return the sums
     */
    public TransportCounters plus(TransportCounters other) {
        EnumMap<SendFailure, Long> sums = new EnumMap<>(SendFailure.class);
        sums.putAll(dropped);
        other.dropped.forEach((failure, count) -> sums.merge(failure, count, Long::sum));
        return new TransportCounters(
                received + other.received,
                receivedBytes + other.receivedBytes,
                sent + other.sent,
                sentBytes + other.sentBytes,
                segmented + other.segmented,
                cut + other.cut,
                tooLarge + other.tooLarge,
                retried + other.retried,
                receiveErrors + other.receiveErrors,
                listenerFailures + other.listenerFailures,
                sums);
    }
}
