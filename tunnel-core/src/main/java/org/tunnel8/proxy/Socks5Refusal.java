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
    /** CONNECT to what cannot be a target: answered with 0x01. */
    BAD_TARGET,
    /** CONNECT to an address where a stream was refused or broken off before it was one: answered with 0x05. */
    STREAM_RESET,
    /** CONNECT to an address where nobody answered: answered with 0x04. */
    STREAM_UNANSWERED,
    /** CONNECT, and no circuit was ready in time: answered with 0x01. */
    NO_CIRCUIT,
    /** CONNECT, and the circuit failed before the other side had answered: answered with 0x01. */
    CIRCUIT_LOST,
    /** CONNECT, and as many streams are open as may be: answered with 0x01. */
    STREAM_LIMIT,
    /** An open stream over which nothing went for long: closed. */
    IDLE,
    /** A stream that a peer began, while as many were open as may be: refused. */
    INBOUND_LIMIT,
    /** A stream that a peer began, for whom nobody listened at the application's port: broken off. */
    INBOUND_UNREACHABLE,
    /** CONNECT to a name for something else than plain HTTP, which no exit carries: closed when that shows. */
    NOT_HTTP,
    /** A request to a name that fits into no cell: closed. */
    HTTP_TOO_LONG,
    /** A request to a name that no exit had answered: closed. */
    HTTP_FAILED,
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
