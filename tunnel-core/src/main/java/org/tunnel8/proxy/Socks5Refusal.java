package org.tunnel8.proxy;

/** Why the proxy ended a TCP connection without giving its client what it asked for. */
public enum Socks5Refusal {
    /** As many connections are open as may be; closed without a word, as the protocol has none for this. */
    CONNECTION_LIMIT,
    /** The negotiation was not complete within its time. */
    NEGOTIATION_TIMEOUT,
    /** What arrived is not SOCKS5. */
    NOT_SOCKS5,
    /** No offered method is accepted: answered with method 0xFF. */
    NO_ACCEPTABLE_METHOD,
    /** User name or password are wrong: answered with status 1 (RFC 1929). */
    BAD_CREDENTIALS,
    /** CONNECT, which is not offered: answered with 0x07. */
    CONNECT,
    /** BIND, which is not offered: answered with 0x07. */
    BIND,
    /** A command that RFC 1928 does not know: answered with 0x07. */
    UNKNOWN_COMMAND,
    /** An address type that RFC 1928 does not know: answered with 0x08. */
    UNKNOWN_ADDRESS_TYPE,
    /** As many associations are open as may be: answered with 0x01. */
    ASSOCIATION_LIMIT,
    /** The association got no UDP socket or no flow: answered with 0x01. */
    ASSOCIATION_FAILED,
}
