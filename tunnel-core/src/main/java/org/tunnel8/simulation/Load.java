package org.tunnel8.simulation;

import java.time.Duration;
import java.util.Objects;

/**
 * What the measured client's circuits have to do. Immutable.
 *
 * @param circuits whether it keeps any, of three hops
 * @param flows how many flows of datagrams go over them; where there are several, each has an isolation key of its own
 * @param datagramsPerSecond of each flow, each way
 * @param payloadBytes of each datagram
 * @param killer whom it loses
 */
public record Load(boolean circuits, int flows, int datagramsPerSecond, int payloadBytes, Killer killer) {
    /** No circuits. */
    public static final Load NONE = new Load(false, 0, 0, 0, Killer.NONE);

    /** Circuits that carry nothing. */
    public static final Load CIRCUITS = new Load(true, 0, 0, 0, Killer.NONE);

    /** One flow of 200 datagrams a second each way. They are short, as their size changes nothing on lines without limit. */
    public static final Load FLOW = new Load(true, 1, 200, 100, Killer.NONE);

    /** How often somebody is killed. */
    static final Duration KILL_INTERVAL = Duration.ofSeconds(20);

    /** How long after the client's start its flows begin. */
    static final Duration LEAD = Duration.ofSeconds(30);

    /** A flow's datagram looks like one of uTP, and bears a mark and a number. */
    static final int LEAST_BYTES = 20;

    /** Checks that it fits together. */
    public Load {
        Objects.requireNonNull(killer);
        if (flows < 0 || (flows > 0 && !circuits)) {
            throw new IllegalArgumentException("flows need circuits");
        }
        if (flows > 0 && (datagramsPerSecond < 1 || payloadBytes < LEAST_BYTES)) {
            throw new IllegalArgumentException(
                    "a flow has a datagram a second at least, of " + LEAST_BYTES + " bytes at least");
        }
        if (killer != Killer.NONE && flows == 0) {
            throw new IllegalArgumentException("only who carries a flow is killed");
        }
    }

    /**
     * The same with somebody dying.
     *
     * @param other whom the client loses
     * @return the load
     */
    public Load withKiller(Killer other) {
        return new Load(circuits, flows, datagramsPerSecond, payloadBytes, other);
    }

    /**
     * The same with other flows.
     *
     * @param count how many
     * @param perSecond datagrams of each, each way
     * @param bytes of each datagram
     * @return the load
     */
    public Load withFlows(int count, int perSecond, int bytes) {
        return new Load(circuits, count, perSecond, bytes, killer);
    }
}
