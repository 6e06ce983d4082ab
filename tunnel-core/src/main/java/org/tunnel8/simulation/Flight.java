package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A datagram under way. */
final class Flight extends Event {
    final InetSocketAddress from;
    final InetSocketAddress to;
    final byte[] bytes;
    /** The box within whose network it stays; null if it goes over the Internet. */
    final @Nullable NatBox local;
    /** Who was at its target's address when it was sent. */
    final @Nullable Site receiver;
    /** Whether it has passed the receiver's line already. */
    final boolean arrived;

    Flight(
            long atNanos,
            InetSocketAddress from,
            InetSocketAddress to,
            byte[] bytes,
            @Nullable NatBox local,
            @Nullable Site receiver,
            boolean arrived) {
        super(atNanos);
        this.from = from;
        this.to = to;
        this.bytes = bytes;
        this.local = local;
        this.receiver = receiver;
        this.arrived = arrived;
    }
}
