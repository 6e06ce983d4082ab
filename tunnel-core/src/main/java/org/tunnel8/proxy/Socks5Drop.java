package org.tunnel8.proxy;

/** Why the proxy dropped a datagram. Every drop has exactly one reason and is counted (D13). */
public enum Socks5Drop {
    /** To an association, from an address or port other than its client's (RFC 1928 §7). */
    FOREIGN_SOURCE,
    /** The SOCKS header is cut short, of an unknown address type, or names no possible target. */
    MALFORMED,
    /** A fragment: reassembly is optional in RFC 1928 §7, and a server without it drops them all. */
    FRAGMENT,
    /** Taken by nobody behind the proxy: no circuit, or too large for one cell. */
    TUNNEL_REFUSED,
    /** From a client, while the line takes no more. */
    UPLINK_FULL,
    /** For a client that has not sent a datagram yet, so that its port is unknown. */
    CLIENT_UNKNOWN,
    /** For a client, from an origin that the SOCKS header cannot express. */
    ORIGIN_INEXPRESSIBLE,
    /** For a client, larger than the socket to it sends. */
    TOO_LARGE,
    /** For a client, while the socket to it takes no more. */
    SEND_QUEUE_FULL,
}
