package org.tunnel8.peer;

/** Why a peer left the table. */
public enum RemovalReason {
    /** Nothing authenticated came from it for too long. */
    SILENT,
    /** Made room for a peer that is worth more. */
    EVICTED,
    /** Another key has answered from its address. */
    REPLACED,
    /** It signed a message of another protocol version (D3). */
    INCOMPATIBLE,
    /** It turned out to be a bootstrap server, which is never a peer. */
    BOOTSTRAP_SERVER
}
