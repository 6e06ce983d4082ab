package org.tunnel8;

import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;

/**
 * What has passed so far. Immutable.
 *
 * @param packetsReceived datagrams that came to the node's port
 * @param bytesReceived their bytes
 * @param packetsSent datagrams sent from the node's port
 * @param bytesSent their bytes
 * @param dataPacketsSent application datagrams sent into own circuits
 * @param dataBytesSent their payload bytes
 * @param dataPacketsReceived application datagrams that came back through own circuits
 * @param dataBytesReceived their payload bytes
 * @param cellsRelayed cells passed on for others
 * @param exitPacketsSent datagrams sent to the outside for others
 * @param exitPacketsReceived datagrams taken from the outside for others
 */
public record Traffic(
        long packetsReceived,
        long bytesReceived,
        long packetsSent,
        long bytesSent,
        long dataPacketsSent,
        long dataBytesSent,
        long dataPacketsReceived,
        long dataBytesReceived,
        long cellsRelayed,
        long exitPacketsSent,
        long exitPacketsReceived) {

    /**
     * Reads the counts of an engine.
     *
     * @param counters the counts
     * @return a snapshot
     */
    public static Traffic of(Counters counters) {
        return new Traffic(
                counters.traffic(Kind.PACKETS_RECEIVED),
                counters.traffic(Kind.BYTES_RECEIVED),
                counters.traffic(Kind.PACKETS_SENT),
                counters.traffic(Kind.BYTES_SENT),
                counters.traffic(Kind.DATA_PACKETS_SENT),
                counters.traffic(Kind.DATA_BYTES_SENT),
                counters.traffic(Kind.DATA_PACKETS_RECEIVED),
                counters.traffic(Kind.DATA_BYTES_RECEIVED),
                counters.traffic(Kind.CELLS_RELAYED),
                counters.traffic(Kind.EXIT_PACKETS_SENT),
                counters.traffic(Kind.EXIT_PACKETS_RECEIVED));
    }
}
