package org.tunnel8.simulation;

/** What a run measures by counting two things and dividing one by the other. */
public enum Ratio {
    /** Datagrams of the flows that the client or the target gave away and that did not come out, of all. */
    LOST("datagrams that flows lost"),

    /** Datagrams that came out of a flow once more, of all that did. */
    TWICE("datagrams delivered twice"),

    /** The same, where the second came more than a second after the first. */
    TWICE_LATE("datagrams delivered twice, more than a second apart"),

    /** Circuits that became ready, of those that the client began to build. */
    BUILT("circuits built of those begun");

    private final String meaning;

    Ratio(String meaning) {
        this.meaning = meaning;
    }

    /**
     * What is measured, in a few words for a reader.
     *
     * @return the words
     */
    public String meaning() {
        return meaning;
    }
}
