package org.tunnel8.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.wire.Address;

/**
 * One UDP association (RFC 1928 §7): a client on its own UDP socket on this side, a flow through the tunnels on the
 * other.
 *
 * <p>Loop thread only. Datagrams are taken from the client's address alone; its port is the one it announced or, if it
 * announced none, that of its first well-formed datagram, and stays so.
 */
final class UdpAssociation implements DatagramListener, DatagramTunnel.FlowListener {
    private static final Logger LOG = LoggerFactory.getLogger(UdpAssociation.class);

    /** Longest datagram to a client, the SOCKS header included. */
    static final int MAX_TO_CLIENT_BYTES = DatagramPort.MAX_RECEIVED_BYTES;

    private final Sockets sockets;
    private final DatagramTunnel tunnel;
    private final Socks5Counters counters;
    private final @Nullable String isolationKey;
    private final Owner owner;
    private final UdpHeader header = new UdpHeader();
    private final UtpConnections connections = new UtpConnections();
    private final InetAddress clientAddress;
    private State state = State.NEW;
    private @Nullable InetSocketAddress client;
    private @Nullable DatagramPort port;
    private DatagramTunnel.@Nullable Flow flow;

    private enum State {
        NEW,
        BINDING,
        OPEN,
        CLOSED,
    }

    /** Who waits for an association; nothing is called after {@link #close()}. */
    interface Owner {
        /** Datagrams pass from now on, through this address. */
        void opened(InetSocketAddress bound);

        /** There was no socket or no flow; the association has ended. */
        void failed();

        /** The tunnel or the system has ended the association. */
        void ended();
    }

    /**
     * Prepares an association; datagrams pass once it is {@link #open}.
     *
     * @param client where the client's datagrams come from; port 0 if that is to be learnt
     */
    UdpAssociation(
            Sockets sockets,
            DatagramTunnel tunnel,
            Socks5Counters counters,
            InetSocketAddress client,
            @Nullable String isolationKey,
            Owner owner) {
        this.sockets = sockets;
        this.tunnel = tunnel;
        this.counters = counters;
        this.clientAddress = client.getAddress();
        this.client = client.getPort() == 0 ? null : client;
        this.isolationKey = isolationKey;
        this.owner = owner;
    }

    /** Binds the socket, opens the flow, and tells the owner. */
    void open(InetAddress local) {
        state = State.BINDING;
        counters.associationBegun();
        var unused = sockets.bind(local, this).whenComplete((socket, failure) -> bound(socket));
    }

    private void bound(@Nullable DatagramPort socket) {
        if (state != State.BINDING) {
            if (socket != null) {
                socket.close();
            }
        } else if (socket == null) {
            close();
            owner.failed();
        } else {
            state = State.OPEN;
            port = socket;
            counters.associationOpened();
            if (openFlow()) {
                owner.opened(socket.localAddress());
            } else {
                close();
                owner.failed();
            }
        }
    }

    private boolean openFlow() {
        try {
            flow = tunnel.open(this, isolationKey);
            return true;
        } catch (RuntimeException e) {
            // Nobody above would hear of it, and the client would wait forever. Its text could hold the key.
            LOG.error("the tunnel opened no flow: {}", e.getClass().getName());
            return false;
        }
    }

    /** Ends the flow and closes the socket. Does nothing if that is done. */
    void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        counters.associationEnded();
        if (port != null) {
            port.close();
            port = null;
        }
        DatagramTunnel.Flow ending = flow;
        flow = null;
        if (ending != null) {
            ending.close();
        }
    }

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        InetSocketAddress known = client;
        boolean foreign = known == null
                ? !clientAddress.equals(from.getAddress())
                : known.getPort() != from.getPort() || !clientAddress.equals(from.getAddress());
        if (foreign) {
            counters.dropped(Socks5Drop.FOREIGN_SOURCE);
            return;
        }
        switch (header.read(buffer, offset, length)) {
            case MALFORMED -> counters.dropped(Socks5Drop.MALFORMED);
            case FRAGMENT -> counters.dropped(Socks5Drop.FRAGMENT);
            case ACCEPTED -> {
                if (known == null) {
                    client = from;
                }
                toTunnel(buffer, offset + header.length(), length - header.length());
            }
        }
    }

    private void toTunnel(byte[] buffer, int offset, int length) {
        DatagramTunnel.Flow open = flow;
        if (open != null && !open.hasRoom()) {
            counters.dropped(Socks5Drop.UPLINK_FULL);
        } else if (open != null && open.send(header.target(), buffer, offset, length)) {
            counters.fromClient(length);
        } else {
            counters.dropped(Socks5Drop.TUNNEL_REFUSED);
        }
    }

    @Override
    public void onDatagram(Address origin, byte[] buffer, int offset, int length) {
        connections.heard(origin, buffer, offset, length);
        toClient(origin, buffer, offset, length);
    }

    @Override
    public void onMoved() {
        connections.reset(this::toClient);
    }

    private void toClient(Address origin, byte[] buffer, int offset, int length) {
        DatagramPort socket = port;
        InetSocketAddress to = client;
        if (socket == null || to == null) {
            counters.dropped(Socks5Drop.CLIENT_UNKNOWN);
            return;
        }
        if (!socket.isWritable()) {
            counters.dropped(Socks5Drop.SEND_QUEUE_FULL);
            return;
        }
        int start = header.write(buffer, offset, origin);
        if (start == UdpHeader.INEXPRESSIBLE) {
            counters.dropped(Socks5Drop.ORIGIN_INEXPRESSIBLE);
            return;
        }
        if (offset + length - start > MAX_TO_CLIENT_BYTES) {
            counters.dropped(Socks5Drop.TOO_LARGE);
            return;
        }
        socket.send(to, buffer, start, offset + length - start);
        counters.toClient(length);
    }

    @Override
    public void onClosed() {
        flow = null;
        end();
    }

    @Override
    public void onTransportEvent(TransportEvent event) {
        if (event instanceof TransportEvent.PortLost) {
            end();
        }
    }

    private void end() {
        if (state == State.OPEN) {
            close();
            owner.ended();
        }
    }
}
