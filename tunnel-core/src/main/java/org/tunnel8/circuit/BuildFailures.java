package org.tunnel8.circuit;

/**
 * Where attempts to build circuits came to nothing lately, also those whose next hop is late with its answer. Immutable.
 *
 * @param atFirstHop how many at the first hop, of circuits with more than one
 * @param firstHopsAreThere whether other things have come since from so many of these hops that most can be there
 * @param between how many at a hop between the first and the exit
 * @param atExit how many at the exit
 * @param withoutCandidate how many since nobody was known to extend them to
 */
public record BuildFailures(int atFirstHop, boolean firstHopsAreThere, int between, int atExit, int withoutCandidate) {
    /** No attempt has failed. */
    public static final BuildFailures NONE = new BuildFailures(0, false, 0, 0, 0);

    /**
     * How many there are.
     *
     * @return zero or more
     */
    public int all() {
        return atFirstHop + between + atExit + withoutCandidate;
    }
}
