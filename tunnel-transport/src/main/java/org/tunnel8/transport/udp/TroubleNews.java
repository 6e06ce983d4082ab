package org.tunnel8.transport.udp;

import java.util.EnumMap;
import java.util.Map;
import org.tunnel8.transport.SendFailure;

/** Decides how often to tell of each kind of trouble: a port keeps one for its listener, a loop one for the log. Loop thread only. */
final class TroubleNews {
    final EventLimiter receiving = new EventLimiter();
    final EventLimiter listener = new EventLimiter();
    private final Map<SendFailure, EventLimiter> sending = new EnumMap<>(SendFailure.class);

    EventLimiter sending(SendFailure failure) {
        return sending.computeIfAbsent(failure, kind -> new EventLimiter());
    }
}
