package org.tunnel8.simulation;

/** Something that whoever runs a network has planned. */
final class ScenarioAction extends Event {
    final Runnable action;

    ScenarioAction(long atNanos, Runnable action) {
        super(atNanos);
        this.action = action;
    }
}
