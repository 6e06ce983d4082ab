package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A bound port of a {@link SimulatedHost}: what its {@link Participant} sends through. */
public final class SimulatedPort {
    private final SimulatedHost host;
    private final int number;
    private final Participant participant;
    private @Nullable Consumer<Passage> watcher;
    private @Nullable InetSocketAddress lastAddress;
    private boolean open = true;

    /** The event in the queue that runs the participant's deadlines; others for this port are out of date. */
    PortDeadline scheduled = PortDeadline.NONE;

    SimulatedPort(SimulatedHost host, int number, Participant participant) {
        this.host = host;
        this.number = number;
        this.participant = participant;
    }

    /**
     * Sends a datagram; drops it if the port is closed.
     *
     * @param to resolved target
     * @param buffer holds it; may be used again afterwards
     * @param offset its first byte
     * @param length its bytes
     */
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (open) {
            byte[] bytes = Arrays.copyOfRange(buffer, offset, offset + length);
            Consumer<Passage> hostWatcher = host.watcher();
            if (watcher != null || hostWatcher != null) {
                tell(watcher, hostWatcher, new Passage(host.network().nowNanos(), address(), to, bytes));
            }
            host.network().send(this, to, bytes);
        }
    }

    private static void tell(@Nullable Consumer<Passage> own, @Nullable Consumer<Passage> hosts, Passage passage) {
        if (own != null) {
            own.accept(passage);
        }
        if (hosts != null) {
            hosts.accept(passage);
        }
    }

    /**
     * Where it is bound, as the host sees it.
     *
     * @return the host's address, a private one behind a NAT box, and the port
     */
    public InetSocketAddress address() {
        return at(host.address());
    }

    /** The port at one of its host's addresses: the same object while that is the same, as it is asked for all the time. */
    InetSocketAddress at(InetAddress address) {
        InetSocketAddress last = lastAddress;
        if (last == null || !last.getAddress().equals(address)) {
            last = new InetSocketAddress(address, number);
            lastAddress = last;
        }
        return last;
    }

    /** Has somebody hear of all that is sent from here, and of nothing that only seems to be. */
    void watch(Consumer<Passage> hears) {
        watcher = hears;
    }

    /** To be called after the participant was used from outside the network, and may have something due sooner. */
    public void deadlineChanged() {
        host.network().reschedule(this);
    }

    /**
     * Whether it still sends and receives.
     *
     * @return false once it was closed
     */
    public boolean isOpen() {
        return open;
    }

    /** Closes it. What is under way to it is lost; the participant is not called any more. */
    public void close() {
        if (open) {
            open = false;
            host.closed(this);
        }
    }

    int number() {
        return number;
    }

    SimulatedHost host() {
        return host;
    }

    Participant participant() {
        return participant;
    }
}
