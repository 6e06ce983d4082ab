package org.tunnel8.virtual;

import java.net.InetSocketAddress;
import org.tunnel8.time.Deadlines;

/** An engine under test: what a {@link VirtualNetwork} needs to drive it. */
public interface VirtualNode {
    /** Where it is bound; private for a node behind a {@link VirtualNat}. */
    InetSocketAddress address();

    /** Its clock and queue. */
    Deadlines deadlines();

    /** Takes a datagram that lies in a buffer with the usual headroom. */
    void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length);
}
