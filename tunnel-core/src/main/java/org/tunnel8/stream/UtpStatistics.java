package org.tunnel8.stream;

/**
 * What a stream has done so far, and how its path looks. Immutable.
 *
 * @param bytesSent payload bytes that the other side has acknowledged
 * @param bytesReceived payload bytes that have come, in order, each counted once
 * @param packetsSent datagrams sent, repeated ones and acknowledgements included
 * @param packetsReceived datagrams received, of whatever type
 * @param retransmissions datagrams sent again
 * @param timeouts how often nothing was acknowledged for the whole retransmission time-out
 * @param losses how often the window was cut because of loss
 * @param roundTripNanos the smoothed round trip; 0 before the first sample
 * @param timeoutNanos the present retransmission time-out, backing off included
 * @param windowBytes the congestion window
 * @param inFlightBytes payload sent and not acknowledged
 * @param peerWindowBytes what the other side last said it takes
 * @param queueingDelayNanos how much longer our datagrams last took than the fastest of the last minutes
 */
public record UtpStatistics(
        long bytesSent,
        long bytesReceived,
        long packetsSent,
        long packetsReceived,
        long retransmissions,
        long timeouts,
        long losses,
        long roundTripNanos,
        long timeoutNanos,
        int windowBytes,
        int inFlightBytes,
        int peerWindowBytes,
        long queueingDelayNanos) {}
