package org.tunnel8.engine;

/** Why no circuit can be used: a closed set. {@code docs/status.md} says by what each is told, and within what time. */
public enum TroubleKind {
    /** Nothing is wrong: peers are known, and circuits are being built. */
    BUILDING,
    /** Too few peers are known, and no bootstrap server has answered. */
    NO_BOOTSTRAP_SERVER,
    /** Too few peers are known, though there is a way into the network. */
    TOO_FEW_PEERS,
    /** No exit is known that may be used. */
    NO_EXIT,
    /** Nobody is known who could be the first hop, or none of those that were asked is there. */
    NO_FIRST_HOP,
    /** Circuits come as far as the exit, and exits do not join them. */
    EXITS_REFUSE,
    /** Too few peers, or no first hop, since the NAT lets hardly any peer through. */
    NAT_TOO_STRICT,
    /** Relays are there and do not join circuits: all their places are taken. */
    CAPACITY_FULL,
    /** The system sends nothing over our port, or has taken it away. */
    PORT_TROUBLE,
    /** The engine has been stopped. */
    CLOSED
}
