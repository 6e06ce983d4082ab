package org.tunnel8.simulation;

/** What a lying relay does with the circuits that it has joined, rightly. */
enum Lie {
    /** It sends made-up cells along them, with the right circuit ids, and destroys with wrong signatures. */
    FORGES,
    /** It drops three cells in ten. */
    DROPS,
    /** It sends each cell again, once soon and once some seconds later. */
    REPLAYS,
    /** It flips bytes in three cells of ten. */
    CORRUPTS,
    /** It answers creates and extends, and passes nothing from then on. */
    DEAF;

    /** The kind of the n-th liar: all kinds in equal numbers. */
    static Lie ofNumber(int number) {
        Lie[] kinds = values();
        return kinds[number % kinds.length];
    }
}
