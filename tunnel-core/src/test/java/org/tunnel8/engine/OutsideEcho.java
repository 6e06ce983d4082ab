package org.tunnel8.engine;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;

/** A server outside that sends back what it gets, and remembers from whom. */
final class OutsideEcho implements VirtualNode {
    private final VirtualNetwork network;
    private final InetSocketAddress address;
    private final List<InetSocketAddress> seen = new ArrayList<>();
    private boolean mute;

    OutsideEcho(VirtualNetwork network, String address) {
        this.network = network;
        this.address = EngineNode.at(address);
        network.join(this);
    }

    /** Takes what comes without answering. */
    void mute() {
        mute = true;
    }

    List<InetSocketAddress> seen() {
        return seen;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public void onDeadline(long nowNanos) {}

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        seen.add(from);
        if (!mute) {
            network.send(address, from, Arrays.copyOfRange(buffer, offset, offset + length));
        }
    }
}
