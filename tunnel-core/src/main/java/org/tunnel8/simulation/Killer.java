package org.tunnel8.simulation;

/** Whom the measured client loses, one every {@link Load#KILL_INTERVAL}, without a word. Another node joins in its place. */
public enum Killer {
    /** Nobody is killed. */
    NONE,
    /** The first or the second hop of a circuit that carries a flow. */
    RELAYS,
    /** The exit of a circuit that carries a flow. */
    EXITS
}
