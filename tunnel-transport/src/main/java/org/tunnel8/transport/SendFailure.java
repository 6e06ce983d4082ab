package org.tunnel8.transport;

/**
 * Says why a datagram was not sent. Immutable.
 *
 * <p>The errors of the system, by their numbers on Linux, and what is done about each ({@code FR-004}):
 *
 * <table>
 * <caption>Errors of a send</caption>
 * <tr><th>error</th><th>kind</th><th>why</th></tr>
 * <tr><td>ENOBUFS, ENOMEM</td><td>transient</td><td>the system is short of memory for packets and will have some again</td></tr>
 * <tr><td>EAGAIN, EINTR</td><td>transient</td><td>the send buffer is full, or a signal came; the write queue handles most of these</td></tr>
 * <tr><td>ENETUNREACH, ENETDOWN</td><td>transient</td><td>the interface or the route is away: roaming, a lease being renewed, a VPN
 *     reconnecting</td></tr>
 * <tr><td>EHOSTUNREACH, EHOSTDOWN</td><td>transient</td><td>the neighbour does not answer ARP yet</td></tr>
 * <tr><td>EADDRNOTAVAIL</td><td>transient</td><td>no source address yet, as while IPv6 checks for duplicates</td></tr>
 * <tr><td>EPERM</td><td>transient</td><td>a packet filter refused it: its rules are being reloaded or its connection table is
 *     full; when the rule stays, the retries end and it is reported</td></tr>
 * <tr><td>ECONNREFUSED</td><td>transient</td><td>tells of an earlier datagram; this one was not tried</td></tr>
 * <tr><td>EMSGSIZE</td><td>persistent</td><td>counted as too large, not reported: the same datagram never fits</td></tr>
 * <tr><td>EINVAL</td><td>persistent</td><td>this socket cannot reach that address, as from loopback to the outside</td></tr>
 * <tr><td>EACCES</td><td>persistent</td><td>a broadcast address, or a route that prohibits</td></tr>
 * <tr><td>EAFNOSUPPORT</td><td>persistent</td><td>an IPv6 destination on an IPv4 socket, or the other way round</td></tr>
 * <tr><td>any other</td><td>persistent</td><td>unknown, so repeating it may not be safe; EIO is among them</td></tr>
 * </table>
 *
 * <p>A segmented send that fails persistently is repeated as single datagrams first, and only their errors count.
 */
public enum SendFailure {
    /** ENOBUFS. */
    NO_BUFFER_SPACE(105, true),
    /** ENOMEM. */
    NO_MEMORY(12, true),
    /** EAGAIN. */
    TRY_AGAIN(11, true),
    /** EINTR. */
    INTERRUPTED(4, true),
    /** ENETUNREACH. */
    NETWORK_UNREACHABLE(101, true),
    /** ENETDOWN. */
    NETWORK_DOWN(100, true),
    /** EHOSTUNREACH. */
    HOST_UNREACHABLE(113, true),
    /** EHOSTDOWN. */
    HOST_DOWN(112, true),
    /** EADDRNOTAVAIL. */
    ADDRESS_NOT_AVAILABLE(99, true),
    /** EPERM. */
    NOT_PERMITTED(1, true),
    /** ECONNREFUSED. */
    CONNECTION_REFUSED(111, true),
    /** EMSGSIZE. */
    TOO_LARGE(90, false),
    /** EINVAL, and port 0 as destination. */
    INVALID_DESTINATION(22, false),
    /** EACCES. */
    ACCESS_DENIED(13, false),
    /** EAFNOSUPPORT, noticed before the system is asked. */
    WRONG_ADDRESS_FAMILY(97, false),
    /** Any other error of the system. */
    OTHER_ERROR(0, false),
    /** A datagram without content: no message of the protocol is empty. */
    EMPTY(0, false),
    /** The send queue was full. */
    SEND_QUEUE_FULL(0, false),
    /** A retry was due, but the retry queue was full. */
    RETRY_QUEUE_FULL(0, false),
    /** The port was closed first. */
    PORT_CLOSED(0, false);

    private final int errno;
    private final boolean isTransient;

    SendFailure(int errno, boolean isTransient) {
        this.errno = errno;
        this.isTransient = isTransient;
    }

    /**
     * Returns the number that Linux gives this error.
     *
     * @return the positive error number, 0 if this is not one error of the system
     */
    public int errno() {
        return errno;
    }

    /**
     * Tells whether the same send may well succeed a little later.
     *
     * @return whether it is worth a retry
     */
    public boolean isTransient() {
        return isTransient;
    }

    /**
     * Tells whether it makes a {@link TransportEvent.SendFailing} when it loses datagrams: the system's errors do, except a datagram's
     * size; full queues and what is noticed before the system is asked are in the counters alone.
     *
     * @return whether it is reported
     */
    public boolean isReported() {
        return this == OTHER_ERROR || (errno != 0 && this != TOO_LARGE);
    }
}
