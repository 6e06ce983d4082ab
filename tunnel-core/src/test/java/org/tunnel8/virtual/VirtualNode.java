package org.tunnel8.virtual;

import java.net.InetSocketAddress;

/** An engine under test: what a {@link VirtualNetwork} needs to drive it. */
public interface VirtualNode {
    /** Where it is bound; private for a node behind a {@link VirtualNat}. */
    InetSocketAddress address();

    /** When it wants to be run next; {@link Long#MAX_VALUE} if nothing is pending. */
    long nextDeadlineNanos();

    /** Does what is due. */
    void onDeadline(long nowNanos);

    /** Takes a datagram that lies in a buffer with the usual headroom. */
    void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length);
}
