package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/** Decides about streams that others begin. Engine thread only. */
@FunctionalInterface
public interface UtpAcceptor {
    /**
     * Decides about a stream; called from within {@link UtpEndpoint#onDatagram}.
     *
     * @param origin who begins it, as the exit says
     * @return who hears what happens to it ({@link UtpListener#onConnected} first); null to refuse, with a RESET
     */
    @Nullable
    UtpListener onIncoming(Address origin);
}
