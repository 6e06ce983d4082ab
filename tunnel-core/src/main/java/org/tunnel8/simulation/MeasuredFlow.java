package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A flow of datagrams over the measured client's circuits, both ends of it: the application on the client's host sends at
 * a steady pace to a target of its own, and the target as many to where it was last heard from.
 */
final class MeasuredFlow {
    private static final int TARGET_PORT = 6_881;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final SimulatedNetwork network;
    private final int bytes;
    private final long intervalNanos;
    private final long mark;
    private final SimulatedFlow flow;
    private final End application;
    private final Target target;
    private boolean running = true;

    /** Something on a port that is run each time a datagram of the flow is due. */
    private abstract class End implements Participant {
        final Deliveries deliveries = new Deliveries(network.nowNanos());
        long sent;
        private long nextNanos = network.nowNanos();

        abstract boolean send(byte[] datagram);

        @Override
        public long nextDeadlineNanos() {
            return running ? nextNanos : Long.MAX_VALUE;
        }

        @Override
        public void onDeadline(long nowNanos) {
            while (running && nextNanos <= nowNanos) {
                nextNanos += intervalNanos;
                if (send(FlowDatagram.make(mark, sent, bytes))) {
                    sent++;
                }
            }
        }

        void arrived(long nowNanos, byte[] buffer, int offset, int length) {
            long number = FlowDatagram.number(mark, buffer, offset, length);
            if (number >= 0) {
                deliveries.received(number, nowNanos);
            }
        }
    }

    /** The application. Its port is there to wake it; nothing goes through it. */
    private final class Application extends End {
        @Override
        boolean send(byte[] datagram) {
            flow.send(target.port.address(), datagram);
            return true; // what no circuit takes is lost
        }

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            // Nobody knows this port.
        }
    }

    /** Whom the application speaks with. */
    private final class Target extends End {
        final SimulatedPort port;
        final Set<InetAddress> heard = new LinkedHashSet<>();
        private @Nullable InetSocketAddress partner;

        Target(SimulatedHost host) {
            port = host.open(TARGET_PORT, this);
        }

        @Override
        boolean send(byte[] datagram) {
            if (partner != null) {
                port.send(partner, datagram, 0, datagram.length);
            }
            return partner != null;
        }

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            heard.add(from.getAddress());
            if (!from.equals(partner)) {
                partner = from;
            }
            arrived(nowNanos, buffer, offset, length);
        }
    }

    /**
     * Begins.
     *
     * @param client keeps circuits
     * @param targetHost a host of its own
     * @param load what the flow is like
     * @param isolationKey null if it is the only one
     */
    MeasuredFlow(SimulatedNode client, SimulatedHost targetHost, Load load, @Nullable String isolationKey) {
        this.network = client.network();
        this.bytes = load.payloadBytes();
        this.intervalNanos = SECOND_NANOS / load.datagramsPerSecond();
        this.mark = network.random().nextLong();
        this.target = new Target(targetHost);
        this.application = new Application();
        this.flow = client.openFlow(
                (origin, buffer, offset, length) -> application.arrived(network.nowNanos(), buffer, offset, length),
                isolationKey);
        client.host().open(0, application);
    }

    /** Gives nothing away any more; what is under way may still come out, and is counted. */
    void end() {
        running = false;
        application.deliveries.end(network.nowNanos());
        target.deliveries.end(network.nowNanos());
    }

    long mark() {
        return mark;
    }

    InetAddress targetAddress() {
        return target.port.address().getAddress();
    }

    /** Who the target heard. */
    Set<InetAddress> heard() {
        return target.heard;
    }

    /** Times in which one direction or the other delivered nothing for a second. */
    List<Deliveries.Silence> interruptions() {
        return Deliveries.merged(application.deliveries, target.deliveries);
    }

    /** The longest time without a delivery, in either direction, since this was asked last. */
    long takeLongestSilenceNanos() {
        long now = network.nowNanos();
        return Math.max(application.deliveries.takeLongestNanos(now), target.deliveries.takeLongestNanos(now));
    }

    Quotient lost() {
        long sent = application.sent + target.sent;
        long received = application.deliveries.received() + target.deliveries.received();
        return new Quotient(sent - received, sent);
    }

    Quotient twice() {
        return new Quotient(
                application.deliveries.twice() + target.deliveries.twice(),
                application.deliveries.received() + target.deliveries.received());
    }

    Quotient twiceLate() {
        return new Quotient(
                application.deliveries.twiceLate() + target.deliveries.twiceLate(),
                application.deliveries.received() + target.deliveries.received());
    }
}
