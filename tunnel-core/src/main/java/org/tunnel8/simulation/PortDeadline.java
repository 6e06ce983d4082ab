package org.tunnel8.simulation;

import org.jspecify.annotations.Nullable;

/** The time at which a port's participant wants to be run. */
final class PortDeadline extends Event {
    /** Of ports whose participant wants nothing. */
    static final PortDeadline NONE = new PortDeadline(Long.MAX_VALUE, null);

    final @Nullable SimulatedPort port;

    PortDeadline(long atNanos, @Nullable SimulatedPort port) {
        super(atNanos);
        this.port = port;
    }
}
