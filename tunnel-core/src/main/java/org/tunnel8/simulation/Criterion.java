package org.tunnel8.simulation;

/** What a run measures: each is a kind of event, with a time at which it happens or does not. */
public enum Criterion {
    /** A bootstrap server's verified answer reached the measured client; counted from its start (SC-001). */
    FIRST_ANSWER("first answer of a bootstrap server"),

    /** The measured client knows twenty verified peers; counted from its start (SC-002, FR-007). */
    TWENTY_PEERS("20 verified peers"),

    /**
     * The handshake with a discovered peer is complete, for those peers that the two NATs let connect at all; counted
     * from the first request to it (SC-003).
     */
    REACHABLE_HANDSHAKES("handshakes with peers that NATs can reach"),

    /** The same for every discovered peer, whatever NATs are between (SC-003). */
    ALL_HANDSHAKES("handshakes with all discovered peers"),

    /** A node names its own kind of NAT rightly; counted from its start, over all nodes (edge case 2). */
    NAT_NAMED("nodes that name their NAT rightly"),

    /** The measured client knows a verified peer; counted from when the bootstrap servers answer again (edge case 1). */
    RECOVERED("first peer after the servers' return"),

    /** The same for twenty peers. */
    TWENTY_AFTER_RECOVERY("20 peers after the servers' return"),

    /** A circuit is ready; counted from when the measured client knows the peers that its hop count needs (D8). */
    CIRCUIT_READY("circuit ready once its peers allow it"),

    /** The measured client, started again, knows twenty verified peers; counted from its second start. */
    TWENTY_AFTER_RETURN("20 verified peers after the second start"),

    /** Three hops are ready; counted from when circuits are asked for and 20 peers known (SC-004, FR-007). */
    CIRCUIT_ON_REQUEST("three hops ready once asked for"),

    /** A flow delivered nothing for a second, in either direction: how long (SC-008). */
    INTERRUPTIONS("interruptions of flows"),

    /** The longest time without a delivery after somebody's death, also if it was less than a second. */
    SILENCES("silences after deaths"),

    /** The longest interruption of a run's flows; zero if there was none (SC-007). */
    LONGEST_INTERRUPTION("runs without a longer interruption"),

    /** No circuit that carried a flow ended or was left, and no flow was interrupted (SC-007). */
    UNDISTURBED("runs with flows and circuits undisturbed"),

    /** The measured client's host sent nothing that should have gone through a circuit, and targets heard exits alone. */
    NOTHING_LEAKED("runs in which nothing left outside of circuits"),

    /** No counter was used twice under any layer key, and so no nonce (D10). */
    NO_NONCE_TWICE("runs in which no nonce was used twice"),

    /** No request of the client, or of a relay that stays, is left when the longest has had its time, at the end. */
    REQUESTS_END("runs in which every request ended in time"),

    /** No node ever took somebody forged, or of another protocol version, for a candidate (FR-011, FR-013a). */
    NOBODY_FORGED("nodes whose candidates are all genuine"),

    /** No node shunned an honest one whose address or key others had misused (D3, D11). */
    NOBODY_SHUNNED("nodes that shun no honest peer");

    private final String meaning;

    Criterion(String meaning) {
        this.meaning = meaning;
    }

    /**
     * What is counted, in a few words for a reader.
     *
     * @return the words
     */
    public String meaning() {
        return meaning;
    }
}
