package org.tunnel8.peer;

/** What a peer was relied on for; its standing is kept apart for each (FR-018b). */
public enum PeerRole {
    /** Answering introduction requests. */
    INTRODUCTION,
    /** Being a hop that passes on. */
    RELAY,
    /** Being the last hop, which sends to the outside. */
    EXIT
}
