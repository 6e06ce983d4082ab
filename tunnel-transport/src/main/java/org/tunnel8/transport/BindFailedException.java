package org.tunnel8.transport;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Tells that no UDP socket could be bound as asked; the message names the ports and what can be done. Immutable.
 *
 * <p>The message holds no address ({@code D12}).
 */
public final class BindFailedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Why a socket could not be bound. */
    public enum Reason {
        /** Every port of the range is taken. */
        PORTS_TAKEN,
        /** The bind address is none of this machine's. */
        ADDRESS_NOT_LOCAL,
        /** The system does not permit it. */
        NOT_PERMITTED,
        /** Something else; see the cause. */
        OTHER
    }

    private final Reason reason;
    private final int firstPort;
    private final int lastPort;

    /**
     * Makes a failure.
     *
     * @param reason why
     * @param ports what was asked for
     * @param cause what the system said last
     */
    public BindFailedException(Reason reason, PortRange ports, @Nullable Throwable cause) {
        super(message(reason, ports), cause);
        this.reason = reason;
        this.firstPort = ports.first();
        this.lastPort = ports.last();
    }

    /**
     * Returns why the socket could not be bound.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns the ports that were asked for.
     *
     * @return the range
     */
    public PortRange ports() {
        return new PortRange(firstPort, lastPort);
    }

    private static String message(Reason reason, PortRange ports) {
        String asked =
                ports.isAny() ? "any UDP port" : "UDP port" + (ports.first() == ports.last() ? " " : "s ") + ports;
        return switch (reason) {
            case PORTS_TAKEN -> "cannot bind " + asked + ": all taken; free one or choose another range";
            case ADDRESS_NOT_LOCAL -> "cannot bind " + asked + ": the bind address is not an address of this machine";
            case NOT_PERMITTED -> "cannot bind " + asked + ": the system does not permit it";
            case OTHER -> "cannot bind " + asked + ": see the cause";
        };
    }
}
