package org.tunnel8;

/**
 * What has passed under one isolation key since it came into use. Immutable.
 *
 * @param packetsSent messages sent into circuits: datagrams, those that streams consist of, and requests by HTTP
 * @param bytesSent their payload bytes
 * @param packetsReceived messages that came back
 * @param bytesReceived their payload bytes
 */
public record KeyFigures(long packetsSent, long bytesSent, long packetsReceived, long bytesReceived) {}
