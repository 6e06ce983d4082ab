package org.tunnel8.direct;

import java.util.EnumMap;
import java.util.Map;

/** How much has gone directly, in all since the client was made. Loop thread only. */
public final class DirectCounters {
    private final Map<DirectDrop, Long> drops = new EnumMap<>(DirectDrop.class);
    private long datagramsSent;
    private long datagramsReceived;
    private long streams;
    private long exchanges;
    private long bytesSent;
    private long bytesReceived;

    DirectCounters() {}

    void sentDatagram(int bytes) {
        datagramsSent++;
        bytesSent += bytes;
    }

    void receivedDatagram(int bytes) {
        datagramsReceived++;
        bytesReceived += bytes;
    }

    void begun(boolean isExchange) {
        streams += isExchange ? 0 : 1;
        exchanges += isExchange ? 1 : 0;
    }

    void sentBytes(int bytes) {
        bytesSent += bytes;
    }

    void receivedBytes(int bytes) {
        bytesReceived += bytes;
    }

    void dropped(DirectDrop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    /**
     * Datagrams handed to the system.
     *
     * @return zero or more
     */
    public long datagramsSent() {
        return datagramsSent;
    }

    /**
     * Datagrams that came back.
     *
     * @return zero or more
     */
    public long datagramsReceived() {
        return datagramsReceived;
    }

    /**
     * Streams for which a connection was tried.
     *
     * @return zero or more
     */
    public long streams() {
        return streams;
    }

    /**
     * HTTP exchanges for which a connection was tried.
     *
     * @return zero or more
     */
    public long exchanges() {
        return exchanges;
    }

    /**
     * Payload bytes sent, in datagrams and streams.
     *
     * @return zero or more
     */
    public long bytesSent() {
        return bytesSent;
    }

    /**
     * Payload bytes received, in datagrams and streams.
     *
     * @return zero or more
     */
    public long bytesReceived() {
        return bytesReceived;
    }

    /**
     * What was dropped, by reason.
     *
     * @return a new map without zeros
     */
    public Map<DirectDrop, Long> drops() {
        return new EnumMap<>(drops);
    }
}
