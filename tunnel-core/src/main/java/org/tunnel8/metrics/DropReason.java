package org.tunnel8.metrics;

/** Why something was dropped. Every drop has exactly one reason and is counted (D13). */
public enum DropReason {
    /** Too short, or not of the shape its message id asks for. */
    MALFORMED,
    /** Not of an overlay this node takes part in. */
    UNKNOWN_PREFIX,
    /** The version byte of the prefix is not 2 (D3). */
    FOREIGN_VERSION,
    /** A message id that means nothing here. */
    UNKNOWN_MESSAGE,
    /** The signature does not verify. */
    BAD_SIGNATURE,
    /** A public key that cannot be parsed, or not of the kind needed. */
    BAD_KEY,
    /** An answer to nothing that was asked. */
    UNSOLICITED,
    /** A further answer to what was answered already, as repeated requests bring. */
    DUPLICATE_ANSWER,
    /** A message that bears our own key. */
    OWN_MESSAGE,
    /** A request to send a puncture to where the asker cannot see. */
    PUNCTURE_REFUSED,
    /** A message that does not fit the state it arrives in. */
    WRONG_STATE,
    /** More than the limit for what one peer, or all strangers together, may cause. */
    RATE_LIMITED,
    /** A table that strangers fill is full. */
    TABLE_FULL,
    /** The peer table holds the most it may. */
    PEER_LIMIT,
    /** A cell for a circuit id that is in no table. */
    UNKNOWN_CIRCUIT,
    /** A layer does not open: wrong key, forged or damaged. */
    BAD_LAYER,
    /** A cell that has come before. */
    REPLAYED,
    /** A plaintext cell other than create and created, or on a relayed circuit. */
    PLAINTEXT_REFUSED,
    /** More relay_early cells than a relay passes. */
    RELAY_EARLY_LIMIT,
    /** A create for a circuit id that is in use or was seen lately. */
    DUPLICATE_CREATE,
    /** This node takes part in as many circuits as it may. */
    CIRCUIT_LIMIT,
    /** A create of a neighbour that holds its share of circuits already, while more than half of all places are taken. */
    NEIGHBOUR_LIMIT,
    /** A create while too many circuits wait for their first cell. */
    UNPROVEN_LIMIT,
    /** This node does not have the role that the message asks for. */
    ROLE_MISSING,
    /** An extend that is not honoured: too late, without its flag, or to a node that is refused (D18). */
    EXTEND_REFUSED,
    /** A destroy that is not signed by the neighbour on that circuit. */
    DESTROY_REFUSED,
    /** A payload that an exit does not pass: not BitTorrent-like or IPv8-like enough for its roles. */
    EXIT_PAYLOAD_REFUSED,
    /** A target that an exit does not send to (D16). */
    EXIT_TARGET_REFUSED,
    /** A host name that did not resolve. */
    EXIT_NAME_UNRESOLVED,
    /** No socket to the outside can be had, perhaps because this host has no IPv6. */
    EXIT_NO_SOCKET,
    /** Too many datagrams waiting for a socket or a name. */
    EXIT_QUEUE_FULL,
    /** More HTTP exchanges at a time than an exit performs, for one circuit or in all. */
    HTTP_LIMIT,
    /** A request that an exit does not write to a server: no plain GET, too long, or one that is running already. */
    HTTP_REQUEST_REFUSED,
    /** What a server answered and an exit does not pass: neither bencoded nor a 307, too large, or cut short. */
    HTTP_REPLY_REFUSED,
    /** An HTTP exchange of an exit that took too long. */
    HTTP_UNANSWERED,
    /** A part of an answer to an HTTP request of our own that contradicts the parts before it, or the limits. */
    HTTP_PART_REFUSED,
    /** Data that does not come from the neighbour's address. */
    WRONG_SENDER,
    /** A tunnel message out of the data of a circuit that is not taken from there (D17). */
    TUNNELLED_MESSAGE_REFUSED,
    /** Application data while no circuit can carry it. */
    NO_CIRCUIT,
    /** Application data too large for one cell within 2,048 bytes (D4). */
    TOO_LARGE,
    /** Others' traffic that came faster than the line takes it, or than is lent to them: of the circuit with most of it. */
    UPLINK_FULL,
    /** Others' traffic beyond what is carried in a month. */
    QUOTA_USED_UP,
    /** Others' traffic that waited for the line, a socket or a name when its circuit ended. */
    CIRCUIT_CLOSED,
    /** Data that came back faster than the application takes it, or larger than it may be. */
    RECEIVER_TOO_SLOW,
    /** Data of a circuit that no flow of the application is waiting for. */
    NO_FLOW,
}
