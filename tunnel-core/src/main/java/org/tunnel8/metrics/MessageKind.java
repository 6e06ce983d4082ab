package org.tunnel8.metrics;

/** What a datagram of the node's own port holds, as far as the node can see: what packets are counted by. */
public enum MessageKind {
    /** An introduction request, old style. */
    INTRODUCTION_REQUEST,
    /** An introduction response, old style. */
    INTRODUCTION_RESPONSE,
    /** A puncture request, old style. */
    PUNCTURE_REQUEST,
    /** A puncture, old style. */
    PUNCTURE,
    /** An introduction request, new style. */
    NEW_INTRODUCTION_REQUEST,
    /** An introduction response, new style. */
    NEW_INTRODUCTION_RESPONSE,
    /** A puncture request, new style. */
    NEW_PUNCTURE_REQUEST,
    /** A puncture, new style. */
    NEW_PUNCTURE,
    /** A similarity request of the discovery overlay. */
    SIMILARITY_REQUEST,
    /** A similarity response of the discovery overlay. */
    SIMILARITY_RESPONSE,
    /** A ping of the discovery overlay. */
    DISCOVERY_PING,
    /** A pong of the discovery overlay. */
    DISCOVERY_PONG,
    /** A ping of the hash table. */
    DHT_PING_REQUEST,
    /** The answer to one. */
    DHT_PING_RESPONSE,
    /** A cell whose content is not for this node: one that is passed on, or that does not open. */
    CELL,
    /** Application data in a cell. */
    DATA,
    /** A create. */
    CREATE,
    /** A created. */
    CREATED,
    /** An extend. */
    EXTEND,
    /** An extended. */
    EXTENDED,
    /** A circuit's ping. */
    PING,
    /** A circuit's pong. */
    PONG,
    /** A destroy. */
    DESTROY,
    /** A request of the speed test, in either form. */
    TEST_REQUEST,
    /** The answer to one. */
    TEST_RESPONSE,
    /** A request for an exit to perform an HTTP exchange. */
    HTTP_REQUEST,
    /** A part of the answer to one. */
    HTTP_RESPONSE,
    /** Anything else. */
    OTHER
}
