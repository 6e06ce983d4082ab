package org.tunnel8.simulation;

/** Something that whoever runs a network has planned. */
final class ScenarioAction extends Event {
    final Runnable action;
    /** Whether it may use nodes without a word to the network, which then has to ask each of them. */
    final boolean usesNodes;

    ScenarioAction(long atNanos, Runnable action, boolean usesNodes) {
        super(atNanos);
        this.action = action;
        this.usesNodes = usesNodes;
    }
}
