package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A server outside of the network that sends back what it gets, and remembers from whom. */
public final class EchoHost implements Participant {
    /** Senders remembered at most. */
    private static final int MAX_SEEN = 100_000;

    private final SimulatedPort port;
    private final List<InetSocketAddress> seen = new ArrayList<>();
    private boolean mute;

    /**
     * Opens it.
     *
     * @param host where
     * @param number its port
     */
    public EchoHost(SimulatedHost host, int number) {
        port = host.open(number, this);
    }

    /** Takes what comes without answering, from now on. */
    public void mute() {
        mute = true;
    }

    /**
     * Where it is.
     *
     * @return address and port
     */
    public InetSocketAddress address() {
        return port.address();
    }

    /**
     * Who sent each datagram, as it is seen here.
     *
     * @return the first 100,000, in the order of their arrival
     */
    public List<InetSocketAddress> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (seen.size() < MAX_SEEN) {
            seen.add(from);
        }
        if (!mute) {
            port.send(from, buffer, offset, length);
        }
    }
}
