package org.tunnel8.proxy;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * The proxy's counts while they grow.
 *
 * <p>The loop's thread alone writes; any thread may take a {@link #snapshot()}, each count of which is a moment old at
 * most.
 */
final class Socks5Counters {
    private enum Count {
        CONNECTIONS,
        ASSOCIATIONS,
        ASSOCIATIONS_OPENED,
        DATAGRAMS_FROM_CLIENTS,
        BYTES_FROM_CLIENTS,
        DATAGRAMS_TO_CLIENTS,
        BYTES_TO_CLIENTS,
        STREAMS,
        STREAMS_OPENED,
        STREAM_BYTES_FROM_CLIENTS,
        STREAM_BYTES_TO_CLIENTS,
        EXCHANGES,
    }

    /** What clients' requests cause is logged once in so long for each reason. */
    private static final long LOG_NANOS = 10_000_000_000L;

    private final Map<Count, AtomicLong> counts = zeros(Count.class);
    private final Map<Socks5Drop, AtomicLong> drops = zeros(Socks5Drop.class);
    private final Map<Socks5Refusal, AtomicLong> refusals = zeros(Socks5Refusal.class);

    private final Map<Socks5Refusal, Long> logged = new EnumMap<>(Socks5Refusal.class);

    void connectionOpened() {
        add(counts, Count.CONNECTIONS, 1);
    }

    void connectionClosed() {
        add(counts, Count.CONNECTIONS, -1);
    }

    /** From here on the association counts towards the limit. */
    void associationBegun() {
        add(counts, Count.ASSOCIATIONS, 1);
    }

    void associationOpened() {
        add(counts, Count.ASSOCIATIONS_OPENED, 1);
    }

    void associationEnded() {
        add(counts, Count.ASSOCIATIONS, -1);
    }

    void fromClient(int payloadBytes) {
        add(counts, Count.DATAGRAMS_FROM_CLIENTS, 1);
        add(counts, Count.BYTES_FROM_CLIENTS, payloadBytes);
    }

    void toClient(int payloadBytes) {
        add(counts, Count.DATAGRAMS_TO_CLIENTS, 1);
        add(counts, Count.BYTES_TO_CLIENTS, payloadBytes);
    }

    /** From here on the stream counts towards the open ones. */
    void streamBegun() {
        add(counts, Count.STREAMS, 1);
    }

    void streamOpened() {
        add(counts, Count.STREAMS_OPENED, 1);
    }

    void streamEnded() {
        add(counts, Count.STREAMS, -1);
    }

    void streamBytesFromClient(int bytes) {
        add(counts, Count.STREAM_BYTES_FROM_CLIENTS, bytes);
    }

    void streamBytesToClient(int bytes) {
        add(counts, Count.STREAM_BYTES_TO_CLIENTS, bytes);
    }

    void exchangeBegun() {
        add(counts, Count.EXCHANGES, 1);
    }

    /** Says why something was refused, unless that was said for the same reason a moment ago. */
    void log(Logger log, Socks5Refusal reason, String why) {
        long now = System.nanoTime();
        Long last = logged.get(reason);
        if (last == null || now - last >= LOG_NANOS) {
            logged.put(reason, now);
            log.info("a request to the proxy failed: {} ({})", why, reason);
        }
    }

    void dropped(Socks5Drop reason) {
        add(drops, reason, 1);
    }

    void refused(Socks5Refusal reason) {
        add(refusals, reason, 1);
    }

    int connections() {
        return (int) read(counts, Count.CONNECTIONS);
    }

    int associations() {
        return (int) read(counts, Count.ASSOCIATIONS);
    }

    Socks5Statistics snapshot() {
        return new Socks5Statistics(
                connections(),
                associations(),
                read(counts, Count.ASSOCIATIONS_OPENED),
                read(counts, Count.DATAGRAMS_FROM_CLIENTS),
                read(counts, Count.BYTES_FROM_CLIENTS),
                read(counts, Count.DATAGRAMS_TO_CLIENTS),
                read(counts, Count.BYTES_TO_CLIENTS),
                (int) read(counts, Count.STREAMS),
                read(counts, Count.STREAMS_OPENED),
                read(counts, Count.STREAM_BYTES_FROM_CLIENTS),
                read(counts, Count.STREAM_BYTES_TO_CLIENTS),
                read(counts, Count.EXCHANGES),
                counted(Socks5Drop.class, drops),
                counted(Socks5Refusal.class, refusals));
    }

    private static <K extends Enum<K>> Map<K, AtomicLong> zeros(Class<K> kinds) {
        Map<K, AtomicLong> zeros = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            zeros.put(kind, new AtomicLong());
        }
        return zeros;
    }

    private static <K extends Enum<K>> Map<K, Long> counted(Class<K> kinds, Map<K, AtomicLong> counts) {
        Map<K, Long> counted = new EnumMap<>(kinds);
        for (K kind : kinds.getEnumConstants()) {
            long count = read(counts, kind);
            if (count > 0) {
                counted.put(kind, count);
            }
        }
        return counted;
    }

    private static <K> long read(Map<K, AtomicLong> counts, K kind) {
        return Objects.requireNonNull(counts.get(kind)).getOpaque();
    }

    private static <K> void add(Map<K, AtomicLong> counts, K kind, long amount) {
        // One writer: no read-modify-write instruction is needed, only that readers see whole values.
        AtomicLong count = Objects.requireNonNull(counts.get(kind));
        count.setOpaque(count.getPlain() + amount);
    }
}
