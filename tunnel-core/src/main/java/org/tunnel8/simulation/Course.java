package org.tunnel8.simulation;

/** What happens to the measured client in a scenario. */
public enum Course {
    /** It joins a network that has settled. */
    JOINS,
    /** It joins while no bootstrap server answers, and they come back later. */
    JOINS_IN_THE_DARK,
    /** It joins, and builds circuits as soon as it knows the peers for them. */
    BUILDS_CIRCUITS,
    /** It joins, builds circuits, and flows go over them from {@link Load#LEAD} after its start on. */
    STREAMS,
    /** The same for hours, with a relay that stays as long; after a while both are to have no more in hand than before. */
    STAYS,
    /** It has been there before: it stops cleanly, the bootstrap servers die, and later it starts again. */
    RETURNS;

    /**
     * Whether flows go over the client's circuits.
     *
     * @return true if there have to be some
     */
    public boolean hasFlows() {
        return this == STREAMS || this == STAYS;
    }
}
