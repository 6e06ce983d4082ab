package org.tunnel8.walk;

/** How entering the network through the bootstrap servers goes (FR-006, edge case 1). */
public enum BootstrapState {
    /** There are none to contact, or contacting has not begun. */
    IDLE,
    /** They are being asked and none has answered yet. */
    CONTACTING,
    /** At least one answers, or has answered since the last time all were asked. */
    ANSWERED,
    /** None answers, neither of all when they were asked nor of those that did before; they are asked again periodically. */
    UNREACHABLE
}
