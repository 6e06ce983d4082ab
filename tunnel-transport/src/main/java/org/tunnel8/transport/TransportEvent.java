package org.tunnel8.transport;

import java.util.Objects;

/**
 * News about a datagram port itself, as opposed to what arrives at it. Immutable; never holds an address ({@code D12}).
 *
 * <p>Events of one kind come at most once in ten seconds per port; what happened between is in their counts.
 */
public sealed interface TransportEvent {
    /**
     * Datagrams could not be sent, for a lasting reason or after the last retry ({@code FR-004}).
     *
     * @param failure why
     * @param datagrams how many were lost for this reason since the last event of this kind, at least 1
     */
    record SendFailing(SendFailure failure, long datagrams) implements TransportEvent {
        /** Checks the parts. */
        public SendFailing {
            Objects.requireNonNull(failure, "failure");
            if (datagrams < 1) {
                throw new IllegalArgumentException("datagrams must be positive: " + datagrams);
            }
        }
    }

    /**
     * The system reported an error while receiving; the port stays open.
     *
     * @param errors how many since the last event of this kind, at least 1
     */
    record ReceiveFailing(long errors) implements TransportEvent {
        /** Checks the parts. */
        public ReceiveFailing {
            if (errors < 1) {
                throw new IllegalArgumentException("errors must be positive: " + errors);
            }
        }
    }

    /** The socket was closed though nobody closed the port: nothing is sent or received through it any more. */
    record PortLost() implements TransportEvent {}
}
