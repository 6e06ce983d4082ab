package org.tunnel8.proxy;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

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
    }

    private final Map<Count, AtomicLong> counts = zeros(Count.class);
    private final Map<Socks5Drop, AtomicLong> drops = zeros(Socks5Drop.class);
    private final Map<Socks5Refusal, AtomicLong> refusals = zeros(Socks5Refusal.class);

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
