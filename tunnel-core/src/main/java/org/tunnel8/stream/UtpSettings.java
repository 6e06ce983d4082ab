package org.tunnel8.stream;

import java.time.Duration;

/**
 * Limits and waiting times of an endpoint. Immutable.
 *
 * @param maxStreams streams at a time, those that others began and those that linger included
 * @param maxIncoming streams at a time that others began, of those
 * @param connectTimeout how long a SYN is repeated before a stream counts as unanswered
 * @param silenceTimeout how long data is repeated, or a silent side is asked whether it is there, before a stream counts as
 *     timed out
 * @param keepAlive after so long without sending anything an idle stream shows that it is there
 * @param sendBufferBytes what {@link UtpStream#write} takes at most before any of it is acknowledged
 * @param receiveWindowBytes what the other side is told at most that it may send
 */
public record UtpSettings(
        int maxStreams,
        int maxIncoming,
        Duration connectTimeout,
        Duration silenceTimeout,
        Duration keepAlive,
        int sendBufferBytes,
        int receiveWindowBytes) {

    /** A torrent client has some hundred connections; a browser less. */
    public static final int DEFAULT_MAX_STREAMS = 1_024;
    /** Half of the places are never taken by strangers. */
    public static final int DEFAULT_MAX_INCOMING = 512;
    /** Three repetitions of a SYN that backs off from 3 s would take 45 s; programs behind a proxy wait for less. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(20);
    /** Longer than a path may take to be repaired, and than implementations with time-outs of a minute at most back off. */
    public static final Duration DEFAULT_SILENCE_TIMEOUT = Duration.ofSeconds(90);
    /** BEP 29's implementations: just below the half minute after which many NATs forget. */
    public static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(29);
    /** 25 MB/s at a round trip of 40 ms; 20 Mbit/s at 400 ms. */
    public static final int DEFAULT_SEND_BUFFER_BYTES = 1 << 20;
    /** The same in the other direction. */
    public static final int DEFAULT_RECEIVE_WINDOW_BYTES = 1 << 20;
    /** No buffer is larger. */
    public static final int MAX_BUFFER_BYTES = 16 << 20;
    /** Identifiers of streams have 16 bits. */
    public static final int MOST_STREAMS = 1 << 15;

    /** Settings that suit most. */
    public static final UtpSettings DEFAULTS = new UtpSettings(
            DEFAULT_MAX_STREAMS,
            DEFAULT_MAX_INCOMING,
            DEFAULT_CONNECT_TIMEOUT,
            DEFAULT_SILENCE_TIMEOUT,
            DEFAULT_KEEP_ALIVE,
            DEFAULT_SEND_BUFFER_BYTES,
            DEFAULT_RECEIVE_WINDOW_BYTES);

    private static final int LEAST_BUFFER_BYTES = 4_096;

    /** Checks the numbers. */
    public UtpSettings {
        if (maxStreams < 1 || maxStreams > MOST_STREAMS || maxIncoming < 0 || maxIncoming > maxStreams) {
            throw new IllegalArgumentException(
                    maxIncoming + " streams of others do not fit into " + maxStreams + ", of 1 to " + MOST_STREAMS);
        }
        requirePositive(connectTimeout);
        requirePositive(silenceTimeout);
        requirePositive(keepAlive);
        requireBuffer(sendBufferBytes);
        requireBuffer(receiveWindowBytes);
    }

    private static void requirePositive(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("a waiting time of a stream must be positive, not " + duration);
        }
    }

    private static void requireBuffer(int bytes) {
        if (bytes < LEAST_BUFFER_BYTES || bytes > MAX_BUFFER_BYTES) {
            throw new IllegalArgumentException("a buffer of a stream has " + LEAST_BUFFER_BYTES + " to "
                    + MAX_BUFFER_BYTES + " bytes, not " + bytes);
        }
    }

    /**
     * The same with other numbers of streams.
     *
     * @param streams streams at a time
     * @param incoming streams at a time that others began, of those
     * @return the settings
     */
    public UtpSettings withStreams(int streams, int incoming) {
        return new UtpSettings(
                streams, incoming, connectTimeout, silenceTimeout, keepAlive, sendBufferBytes, receiveWindowBytes);
    }

    /**
     * The same with another time for connecting.
     *
     * @param timeout how long a SYN is repeated
     * @return the settings
     */
    public UtpSettings withConnectTimeout(Duration timeout) {
        return new UtpSettings(
                maxStreams, maxIncoming, timeout, silenceTimeout, keepAlive, sendBufferBytes, receiveWindowBytes);
    }

    /**
     * The same with another time after which a silent side is given up.
     *
     * @param timeout how long data is repeated
     * @return the settings
     */
    public UtpSettings withSilenceTimeout(Duration timeout) {
        return new UtpSettings(
                maxStreams, maxIncoming, connectTimeout, timeout, keepAlive, sendBufferBytes, receiveWindowBytes);
    }

    /**
     * The same with other buffers.
     *
     * @param sendBytes what is taken at most before any of it is acknowledged
     * @param receiveBytes what the other side may send at most before any of it is read
     * @return the settings
     */
    public UtpSettings withBuffers(int sendBytes, int receiveBytes) {
        return new UtpSettings(
                maxStreams, maxIncoming, connectTimeout, silenceTimeout, keepAlive, sendBytes, receiveBytes);
    }
}
