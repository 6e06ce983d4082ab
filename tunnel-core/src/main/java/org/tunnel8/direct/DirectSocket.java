package org.tunnel8.direct;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.policy.AddressClass;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * The UDP socket by which one flow's datagrams go directly: one for each family of addresses, bound when it is needed, never
 * the client's own port. Loop thread only.
 */
public final class DirectSocket implements Permit.Holder {
    /** Datagrams that wait for a name or a socket. */
    static final int MAX_WAITING = 32;
    /** One flow's traffic. */
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;
    /** So long nothing is tried where no socket could be had. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Permit permit;
    private final DirectOutside outside;
    private final Receiver receiver;
    private final Side ipv4 = new Side(false);
    private final Side ipv6 = new Side(true);
    private int waiting;
    private boolean closed;

    /** Takes what comes back. */
    public interface Receiver {
        /**
         * Takes one datagram.
         *
         * @param origin who sent it
         * @param buffer holds it, with headroom; may be overwritten, is not kept
         * @param offset where it starts
         * @param length its bytes
         */
        void onDatagram(Address origin, byte[] buffer, int offset, int length);

        /** The permit has ended, and the socket is closed. */
        void onClosed();
    }

    /**
     * Prepares a socket.
     *
     * @param permit what allows it
     * @param outside what it shares with others
     * @param receiver takes what comes back
     * @throws IllegalStateException if the permit is over
     */
    public DirectSocket(Permit permit, DirectOutside outside, Receiver receiver) {
        this.permit = permit;
        this.outside = outside;
        this.receiver = receiver;
        permit.hold(this);
    }

    /**
     * Sends a datagram, now or when there is a socket and an address for it.
     *
     * @param target an address, or a name for the system's resolver
     * @param buffer holds it; is copied where it has to wait
     * @param offset where it starts
     * @param length its bytes
     * @return false if it was dropped, which is counted
     */
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        if (closed || !permit.isInForce()) {
            return drop(DirectDrop.LEASE_ENDED);
        }
        if (length > DatagramPort.MAX_SENT_BYTES) {
            return drop(DirectDrop.TOO_LARGE);
        }
        if (!DirectOutside.isAllowed(target)) {
            return drop(DirectDrop.TARGET_REFUSED);
        }
        if (target instanceof IpAddress ip) {
            return send(ip.endpoint(), buffer, offset, length);
        }
        if (waiting >= MAX_WAITING) {
            return drop(DirectDrop.QUEUE_FULL);
        }
        byte[] copy = Arrays.copyOfRange(buffer, offset, offset + length);
        waiting++;
        outside.resolve(permit, ((HostAddress) target).host(), address -> {
            waiting--;
            resolved(address, target.port(), copy);
        });
        return true;
    }

    private void resolved(@Nullable InetAddress address, int port, byte[] datagram) {
        if (closed || !permit.isInForce()) {
            drop(DirectDrop.LEASE_ENDED);
        } else if (address == null) {
            drop(DirectDrop.NAME_UNRESOLVED);
        } else {
            send(new InetSocketAddress(address, port), datagram, 0, datagram.length);
        }
    }

    private boolean send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        InetAddress address = to.getAddress();
        if (AddressClass.isIpv6Proper(address)) {
            return ipv6.send(to, buffer, offset, length);
        }
        InetAddress mapped = AddressClass.carriedIpv4(address);
        return ipv4.send(mapped == null ? to : new InetSocketAddress(mapped, to.getPort()), buffer, offset, length);
    }

    private boolean drop(DirectDrop reason) {
        outside.counters().dropped(reason);
        return false;
    }

    /**
     * Whether it was closed, or its permit has ended.
     *
     * @return true for good from then on
     */
    public boolean isClosed() {
        return closed;
    }

    /** Closes the socket; nothing is told any more. */
    public void close() {
        if (!closed) {
            closed = true;
            permit.release(this);
            ipv4.close();
            ipv6.close();
        }
    }

    @Override
    public void permitEnded(boolean clientCloses) {
        if (!closed) {
            close();
            receiver.onClosed();
        }
    }

    private static final class Waiting {
        final InetSocketAddress to;
        final byte[] datagram;

        Waiting(InetSocketAddress to, byte[] datagram) {
            this.to = to;
            this.datagram = datagram;
        }
    }

    /** The socket of one family. */
    private final class Side implements DatagramListener {
        private final boolean isIpv6;
        private final Deque<Waiting> queue = new ArrayDeque<>();
        private @Nullable UdpTransport port;
        private boolean binding;
        private boolean failed;
        private long failedNanos;

        Side(boolean isIpv6) {
            this.isIpv6 = isIpv6;
        }

        boolean send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            UdpTransport open = port;
            if (open != null) {
                if (!open.isWritable()) {
                    return drop(DirectDrop.QUEUE_FULL);
                }
                open.send(to, buffer, offset, length);
                outside.counters().sentDatagram(length);
                return true;
            }
            if (failed && System.nanoTime() - failedNanos < RETRY_NANOS) {
                return drop(DirectDrop.NO_SOCKET);
            }
            if (queue.size() >= MAX_WAITING) {
                return drop(DirectDrop.QUEUE_FULL);
            }
            queue.add(new Waiting(to, Arrays.copyOfRange(buffer, offset, offset + length)));
            if (!binding) {
                bind();
            }
            return true;
        }

        private void bind() {
            binding = true;
            failed = false;
            UdpSettings settings = UdpSettings.of(outside.source(isIpv6), PortRange.any())
                    .withSocketBuffers(SOCKET_BUFFER_BYTES, SOCKET_BUFFER_BYTES);
            // Called on the loop's thread, it ends there too, whichever way.
            var unused =
                    UdpTransport.bind(outside.loop(), settings, this).whenComplete((socket, failure) -> bound(socket));
        }

        private void bound(@Nullable UdpTransport socket) {
            binding = false;
            if (closed || !permit.isInForce()) {
                if (socket != null) {
                    socket.close();
                }
                dropAll(DirectDrop.LEASE_ENDED);
            } else if (socket == null) {
                failed = true;
                failedNanos = System.nanoTime();
                dropAll(DirectDrop.NO_SOCKET);
            } else {
                port = socket;
                while (!queue.isEmpty()) {
                    Waiting next = queue.removeFirst();
                    send(next.to, next.datagram, 0, next.datagram.length);
                }
            }
        }

        private void dropAll(DirectDrop reason) {
            queue.forEach(dropped -> drop(reason));
            queue.clear();
        }

        @Override
        public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
            if (!closed && permit.isInForce()) {
                outside.counters().receivedDatagram(length);
                receiver.onDatagram(new IpAddress(from), buffer, offset, length);
            }
        }

        @Override
        public void onTransportEvent(TransportEvent event) {
            if (event instanceof TransportEvent.PortLost) {
                port = null;
            }
        }

        void close() {
            dropAll(DirectDrop.LEASE_ENDED);
            UdpTransport open = port;
            port = null;
            if (open != null) {
                open.close();
            }
        }
    }
}
