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
    BUILT("circuits built of those begun"),

    /** Time in which a flow was interrupted, of all flows' time. */
    INTERRUPTED("flows' time that was interrupted"),

    /**
     * Seconds of ready circuits with a special hop (a liar, or a slow one, as the scenario has them), by what uniform
     * choice among all who are there would give.
     */
    SPECIAL_TIME("circuits' time with such hops, by chance's"),

    /** Circuits that became ready with a special hop, by what uniform choice would give. */
    SPECIAL_BUILT("circuits built with such hops, by chance's"),

    /** Hops of circuits that became ready that are not special, by what uniform choice would give. */
    PLAIN_CHOSEN("other hops of circuits built, by chance's"),

    /** How many different ones there are among these hops, by what as many uniform draws would bring. */
    BREADTH("different ones among these, by chance's"),

    /** What is in the measured client's tables in the last hour, by the first. */
    CLIENT_TABLES("client's tables, last hour by first"),

    /** The same of its deadlines. */
    CLIENT_DEADLINES("client's deadlines, last hour by first"),

    /** What is in the tables of a relay that stays. */
    RELAY_TABLES("relay's tables, last hour by first"),

    /** The same of its deadlines. */
    RELAY_DEADLINES("relay's deadlines, last hour by first"),

    /** What is in the tables of all nodes that are there, relays and exits that come and go. */
    ALL_TABLES("all nodes' tables, last hour by first"),

    /** The same of their deadlines. */
    ALL_DEADLINES("all nodes' deadlines, last hour by first");

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
