package org.tunnel8.direct;

/** Why a datagram that was to go directly was dropped (D13). */
public enum DirectDrop {
    /** Its target is none that is sent to directly: multicast, broadcast, unspecified, reserved, or port 0. */
    TARGET_REFUSED,
    /** The system's resolver knows no address of its target's name, or none that is sent to. */
    NAME_UNRESOLVED,
    /** Too many wait for a name, for a socket, or for the system to take them. */
    QUEUE_FULL,
    /** No socket can be had, perhaps because this machine has no IPv6. */
    NO_SOCKET,
    /** It has more bytes than are sent in one. */
    TOO_LARGE,
    /** The lease ended while it waited. */
    LEASE_ENDED
}
