package org.tunnel8;

import java.time.Duration;

/**
 * One own circuit at a moment. Immutable.
 *
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
 */
public record CircuitStatus(
        int hops,
        int goalHops,
        boolean ready,
        boolean primary,
        boolean suspect,
        Duration age,
        Duration buildTime,
        Duration roundTrip,
        long bytesUp,
        long bytesDown) {}
