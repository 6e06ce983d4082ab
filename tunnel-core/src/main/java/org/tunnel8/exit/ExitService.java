package org.tunnel8.exit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.AddressMemo;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.cell.JoinedService;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.DataView;
import org.tunnel8.wire.cell.HttpRequest;

/**
 * Sends what owners' data messages carry to the outside, each circuit from sockets of its own, and brings what comes
 * back into the circuit (PROTOCOL.md §10, D16).
 *
 * <p>Engine thread only. Bounded: two sockets a circuit; per socket ten datagrams that wait for it; names waited for and
 * remembered in tables of fixed size.
 */
public final class ExitService implements JoinedService {
    /** After a socket could not be had, none of its family is asked for again for so long. */
    static final long SOCKET_PAUSE_NANOS = 5_000_000_000L;

    private final ExitSettings settings;
    private final OutsidePort outside;
    private final TrafficShaper shaper;
    private final Counters counters;
    private final NameCache names;
    private final HttpExit http;
    private final DataView data = new DataView();

    private final Map<JoinedPath, Sockets> byPath = new HashMap<>();
    private final Map<Long, OutsideSocket> byNumber = new HashMap<>();
    private final NameQueue waitingForNames = new NameQueue();
    private final Deadlines deadlines;
    private long ipv4PausedUntilNanos;
    private long ipv6PausedUntilNanos;
    private long lastNumber;

    private static final class Sockets {
        @Nullable
        OutsideSocket ipv4;

        @Nullable
        OutsideSocket ipv6;

        final AddressMemo memo = new AddressMemo();
    }

    /**
     * Makes the service.
     *
     * @param settings what is passed
     * @param outside the edge's sockets and resolver
     * @param httpPort the edge's TCP connections
     * @param shaper what leaves goes through it
     * @param deadlines the engine's time
     * @param counters where traffic and drops are counted
     */
    public ExitService(
            ExitSettings settings,
            OutsidePort outside,
            HttpPort httpPort,
            TrafficShaper shaper,
            Deadlines deadlines,
            Counters counters) {
        this.settings = settings;
        this.outside = outside;
        this.shaper = shaper;
        this.counters = counters;
        this.deadlines = deadlines;
        this.names = new NameCache(deadlines);
        this.http = new HttpExit(settings, names, outside, httpPort, shaper, deadlines, counters);
    }

    @Override
    public void onData(JoinedPath path, InetSocketAddress from, byte[] buffer, int offset, int length) {
        try {
            data.parse(buffer, offset, length);
        } catch (MalformedMessageException e) {
            counters.dropped(DropReason.MALFORMED);
            return;
        }
        int payload = data.payloadOffset();
        int payloadBytes = data.payloadLength();
        if (!PayloadKind.isAllowed(settings.flags(), settings.community(), buffer, payload, payloadBytes)) {
            counters.dropped(DropReason.EXIT_PAYLOAD_REFUSED);
            return;
        }
        Sockets sockets = byPath.get(path);
        if (sockets == null) {
            // The first datagram opens the way out; it must come from where the create came from (PROTOCOL.md §10).
            if (!from.getAddress().equals(path.previousHop().getAddress())) {
                counters.dropped(DropReason.WRONG_SENDER);
                return;
            }
            sockets = new Sockets();
            byPath.put(path, sockets);
        }
        path.touch();
        Address target = sockets.memo.destination(data, buffer);
        if (target instanceof IpAddress ip) {
            send(path, sockets, ip.endpoint(), buffer, payload, payloadBytes);
        } else if (target instanceof HostAddress host) {
            sendToName(path, sockets, host, buffer, payload, payloadBytes);
        }
    }

    @Override
    public void onHttpRequest(JoinedPath path, HttpRequest request) {
        http.onRequest(path, request);
    }

    private void send(JoinedPath path, Sockets sockets, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (to.getPort() == 0) {
            counters.dropped(DropReason.EXIT_TARGET_REFUSED);
            return;
        }
        OutsideSocket socket = socketFor(path, sockets, to.getAddress() instanceof Inet6Address);
        if (socket == null) {
            counters.dropped(DropReason.EXIT_NO_SOCKET);
        } else if (!socket.isOpen()) {
            if (!socket.await(to, ByteString.of(buffer, offset, length))) {
                counters.dropped(DropReason.EXIT_QUEUE_FULL);
            }
        } else if (!socket.allows(to)) {
            counters.dropped(DropReason.EXIT_TARGET_REFUSED);
        } else {
            // Its cell counts towards the circuit's traffic already.
            shaper.sendOutside(path, socket.number, to, buffer, offset, length);
        }
    }

    private @Nullable OutsideSocket socketFor(JoinedPath path, Sockets sockets, boolean ipv6) {
        OutsideSocket socket = ipv6 ? sockets.ipv6 : sockets.ipv4;
        if (socket == null && deadlines.nowNanos() >= (ipv6 ? ipv6PausedUntilNanos : ipv4PausedUntilNanos)) {
            socket = new OutsideSocket(++lastNumber, path, ipv6);
            if (ipv6) {
                sockets.ipv6 = socket;
            } else {
                sockets.ipv4 = socket;
            }
            byNumber.put(socket.number, socket);
            outside.open(socket.number, ipv6);
        }
        return socket;
    }

    private void sendToName(JoinedPath path, Sockets sockets, HostAddress host, byte[] buffer, int offset, int length) {
        if (!NameCache.isName(host.host())) {
            counters.dropped(DropReason.EXIT_TARGET_REFUSED);
            return;
        }
        switch (names.knows(host.host())) {
            case RESOLVED -> {
                InetAddress address = names.address(host.host());
                if (address != null) {
                    send(path, sockets, new InetSocketAddress(address, host.port()), buffer, offset, length);
                }
            }
            case NONE -> counters.dropped(DropReason.EXIT_NAME_UNRESOLVED);
            case UNKNOWN -> {
                switch (waitingForNames.add(path, host, ByteString.of(buffer, offset, length))) {
                    case ASK -> outside.resolve(host.host());
                    case FULL -> counters.dropped(DropReason.EXIT_QUEUE_FULL);
                    case WAITS -> {}
                }
            }
        }
    }

    /**
     * Learns the addresses of a host name that was asked for.
     *
     * @param host the name
     * @param addresses its addresses; empty if it has none or the resolver failed
     */
    public void onResolved(String host, List<InetAddress> addresses) {
        names.put(host, addresses);
        InetAddress address = names.address(host);
        http.onResolved(host, address);
        for (NameQueue.Waiting waiting : waitingForNames.take(host)) {
            Sockets sockets = byPath.get(waiting.path());
            if (address == null) {
                counters.dropped(DropReason.EXIT_NAME_UNRESOLVED);
            } else if (sockets != null) {
                InetSocketAddress to = new InetSocketAddress(address, waiting.port());
                byte[] payload = waiting.payload().toBytes();
                send(waiting.path(), sockets, to, payload, 0, payload.length);
            } else {
                counters.dropped(DropReason.CIRCUIT_CLOSED);
            }
        }
    }

    /**
     * Learns that an outside socket is open; what waited for it goes out.
     *
     * @param number the socket's number
     * @param local its own address
     */
    public void onSocketOpened(long number, InetSocketAddress local) {
        OutsideSocket socket = byNumber.get(number);
        if (socket == null) {
            return;
        }
        for (OutsideSocket.Waiting waiting : socket.opened(local.getAddress(), settings.targets())) {
            Sockets sockets = byPath.get(socket.path);
            if (sockets != null) {
                byte[] payload = waiting.payload().toBytes();
                send(socket.path, sockets, waiting.to(), payload, 0, payload.length);
            }
        }
    }

    /**
     * Learns that an outside socket could not be opened: what waited for it is lost, and no other of the family is tried
     * for a while, since what this host lacks it lacks for the next datagram too.
     *
     * @param number the socket's number
     */
    public void onSocketFailed(long number) {
        OutsideSocket socket = byNumber.remove(number);
        if (socket == null) {
            return;
        }
        long until = deadlines.nowNanos() + SOCKET_PAUSE_NANOS;
        Sockets sockets = byPath.get(socket.path);
        if (socket.isIpv6()) {
            ipv6PausedUntilNanos = until;
        } else {
            ipv4PausedUntilNanos = until;
        }
        if (sockets != null) {
            sockets.ipv4 = sockets.ipv4 == socket ? null : sockets.ipv4;
            sockets.ipv6 = sockets.ipv6 == socket ? null : sockets.ipv6;
        }
        dropWaiting(socket, DropReason.EXIT_NO_SOCKET);
    }

    private void dropWaiting(OutsideSocket socket, DropReason reason) {
        for (int lost = socket.waiting(); lost > 0; lost--) {
            counters.dropped(reason);
        }
    }

    /**
     * Takes a datagram from the outside into the circuit whose socket it came to.
     *
     * @param number the socket's number
     * @param from who sent it
     * @param buffer holds the payload with room in front and behind ({@code Headroom}); overwritten
     * @param offset where the payload starts
     * @param length its bytes
     */
    public void onOutsideDatagram(long number, InetSocketAddress from, byte[] buffer, int offset, int length) {
        OutsideSocket socket = byNumber.get(number);
        if (socket == null) {
            counters.dropped(DropReason.UNKNOWN_CIRCUIT);
            return;
        }
        if (!socket.isOfFamily(from.getAddress())) {
            counters.dropped(DropReason.WRONG_SENDER);
            return;
        }
        if (!PayloadKind.isAllowed(settings.flags(), settings.community(), buffer, offset, length)) {
            counters.dropped(DropReason.EXIT_PAYLOAD_REFUSED);
            return;
        }
        if (!shaper.takeIn(length)) {
            return;
        }
        IpAddress origin = socket.origin(from);
        int start = DataView.prepend(buffer, offset, IpAddress.UNSPECIFIED, origin);
        socket.path.carried(length);
        counters.packet(Kind.EXIT_PACKETS_RECEIVED, Kind.EXIT_BYTES_RECEIVED, length);
        socket.path.sendBack(buffer, start, length + offset - start);
    }

    @Override
    public void onPathClosed(JoinedPath path) {
        http.onPathClosed(path);
        Sockets sockets = byPath.remove(path);
        if (sockets != null) {
            close(sockets.ipv4);
            close(sockets.ipv6);
        }
    }

    private void close(@Nullable OutsideSocket socket) {
        if (socket != null) {
            byNumber.remove(socket.number);
            dropWaiting(socket, DropReason.CIRCUIT_CLOSED);
            outside.close(socket.number);
        }
    }

    /**
     * The exchanges of HTTP.
     *
     * @return the same object each time; engine thread only
     */
    public HttpExit http() {
        return http;
    }

    /**
     * How many outside sockets are open or opening.
     *
     * @return zero or more
     */
    public int sockets() {
        return byNumber.size();
    }

    /**
     * How full the tables are that strangers fill.
     *
     * @param maxCircuits the most circuits that end at this node
     * @return a new list
     */
    public List<TableSize> tables(int maxCircuits) {
        int forSockets = 0;
        for (OutsideSocket socket : byNumber.values()) {
            forSockets += socket.waiting();
        }
        int maxSockets = 2 * maxCircuits;
        List<TableSize> tables = new ArrayList<>(List.of(
                new TableSize("circuits with a way out", byPath.size(), maxCircuits),
                new TableSize("outside sockets", byNumber.size(), maxSockets),
                new TableSize("datagrams waiting for sockets", forSockets, OutsideSocket.MAX_WAITING * maxSockets),
                names.table()));
        tables.addAll(waitingForNames.tables());
        tables.addAll(http.tables());
        return tables;
    }
}
