package org.tunnel8;

import java.time.Duration;
import java.util.List;

/**
 * One own circuit at a moment. Immutable.
 *
 * @param number which it is of those begun since the client was made, from 1
 * @param hops hops that have been added
 * @param goalHops hops it is to have
 * @param ready whether it can be used
 * @param primary whether flows go over it first; standbys wait until it fails
 * @param suspect whether signs of life are overdue
 * @param age time since its building began
 * @param buildTime how long building took; zero while it is not ready
 * @param roundTrip smoothed round trip to the exit and back; zero before the first measurement
 * @param bytesUp bytes sent into it, whole datagrams
 * @param bytesDown bytes that came out of it, whole datagrams
 * @param path who the hops are that have been added, the first hop first: labels that hold for this run only, equal to
 *     what {@link org.tunnel8.crypto.PublicKey#toString()} gives for their keys in this process (D12)
 * @param explanation why these hops were chosen, a line for each of them in the order in which they were drawn, the exit
 *     first; by the same labels
 */
public record CircuitStatus(
        long number,
        int hops,
        int goalHops,
        boolean ready,
        boolean primary,
        boolean suspect,
        Duration age,
        Duration buildTime,
        Duration roundTrip,
        long bytesUp,
        long bytesDown,
        List<String> path,
        List<String> explanation) {

    /** Copies what could change. */
    public CircuitStatus {
        path = List.copyOf(path);
        explanation = List.copyOf(explanation);
    }
}
