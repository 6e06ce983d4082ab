package org.tunnel8.proxy;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the proxy has done so far. Immutable.
 *
 * @param connections TCP connections that are open now
 * @param associations UDP associations that are open now
 * @param associationsOpened UDP associations ever opened
 * @param datagramsFromClients datagrams of clients that the tunnel took
 * @param bytesFromClients their payload bytes, without SOCKS headers
 * @param datagramsToClients datagrams passed to clients
 * @param bytesToClients their payload bytes, without SOCKS headers
 * @param streams streams of CONNECT that are open now, those included that wait for the other side
 * @param streamsOpened streams ever opened
 * @param streamBytesFromClients bytes that streams took from clients
 * @param streamBytesToClients bytes of streams passed to clients
 * @param exchanges HTTP requests to names that were passed on
 * @param drops dropped datagrams by reason, without zeros
 * @param refusals refused connections and requests by reason, without zeros
 */
public record Socks5Statistics(
        int connections,
        int associations,
        long associationsOpened,
        long datagramsFromClients,
        long bytesFromClients,
        long datagramsToClients,
        long bytesToClients,
        int streams,
        long streamsOpened,
        long streamBytesFromClients,
        long streamBytesToClients,
        long exchanges,
        Map<Socks5Drop, Long> drops,
        Map<Socks5Refusal, Long> refusals) {
    /** Copies the maps. */
    public Socks5Statistics {
        drops = copy(Socks5Drop.class, drops);
        refusals = copy(Socks5Refusal.class, refusals);
    }

    /**
     * How many datagrams were dropped for a reason.
     *
     * @param reason the reason
     * @return zero or more
     */
    public long dropped(Socks5Drop reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /**
     * How many connections or requests were refused for a reason.
     *
     * @param reason the reason
     * @return zero or more
     */
    public long refused(Socks5Refusal reason) {
        return refusals.getOrDefault(reason, 0L);
    }

    private static <K extends Enum<K>> Map<K, Long> copy(Class<K> kind, Map<K, Long> from) {
        Map<K, Long> copy = new EnumMap<>(kind);
        copy.putAll(from);
        return Collections.unmodifiableMap(copy);
    }
}
