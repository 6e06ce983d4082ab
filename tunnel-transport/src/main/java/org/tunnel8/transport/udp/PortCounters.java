package org.tunnel8.transport.udp;

import java.util.EnumMap;
import java.util.Map;
import org.tunnel8.transport.SendFailure;
import org.tunnel8.transport.TransportCounters;

/** The counts of one port: written by the loop thread, read by any. */
final class PortCounters {
    final Tally received = new Tally();
    final Tally receivedBytes = new Tally();
    final Tally sent = new Tally();
    final Tally sentBytes = new Tally();
    final Tally segmented = new Tally();
    final Tally cut = new Tally();
    final Tally tooLarge = new Tally();
    final Tally retried = new Tally();
    final Tally receiveErrors = new Tally();
    final Tally listenerFailures = new Tally();
    /** All but {@link SendFailure#TOO_LARGE}; complete from the start, so that any thread may read it. */
    private final Map<SendFailure, Tally> failures = allFailures();

    /** Counts datagrams that are not sent; those too large have a count of their own. */
    void dropped(SendFailure failure, long datagrams) {
        failures.getOrDefault(failure, tooLarge).add(datagrams);
    }

    TransportCounters snapshot() {
        Map<SendFailure, Long> dropped = new EnumMap<>(SendFailure.class);
        failures.forEach((failure, count) -> {
            if (count.get() > 0) {
                dropped.put(failure, count.get());
            }
        });
        return new TransportCounters(
                received.get(),
                receivedBytes.get(),
                sent.get(),
                sentBytes.get(),
                segmented.get(),
                cut.get(),
                tooLarge.get(),
                retried.get(),
                receiveErrors.get(),
                listenerFailures.get(),
                dropped);
    }

    private static Map<SendFailure, Tally> allFailures() {
        Map<SendFailure, Tally> all = new EnumMap<>(SendFailure.class);
        for (SendFailure failure : SendFailure.values()) {
            all.put(failure, new Tally());
        }
        all.remove(SendFailure.TOO_LARGE);
        return all;
    }
}
