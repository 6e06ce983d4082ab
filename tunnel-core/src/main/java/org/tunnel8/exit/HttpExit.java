package org.tunnel8.exit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.policy.TargetPolicy;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Performs plain HTTP exchanges for the owners of circuits, under the network's rules (PROTOCOL.md §13, D9, D16).
 *
 * <pre>
 * state        event                                     next
 * ----------   ---------------------------------------   -------------------------------------------
 * NAMED        the name resolves, target allowed          CONNECTED: the request is written
 * NAMED        the name does not resolve                  gone
 * CONNECTED    answer complete, bencoded or 307           gone: the answer goes back in parts
 * CONNECTED    answer refused, or connection lost         gone
 * any          5 s are over, or the circuit has ended     gone
 * </pre>
 *
 * <p>An asker whose exchange is refused hears nothing, as everywhere in the network; each refusal is counted (D13).
 * Engine thread only. Bounded: exchanges in all and for each circuit, bytes of each, time.
 */
public final class HttpExit {
    /** Exchanges at a time for one circuit (PROTOCOL.md §13). */
    static final int MAX_PER_PATH = 5;
    /** Exchanges at a time in all: with {@link HttpAnswer#MAX_BYTES} each, and as much once more for chunks, 16 MiB. */
    static final int MAX_IN_ALL = 128;
    /** An exchange from the request's arrival to the answer's end (PROTOCOL.md §13). */
    static final long LIMIT_NANOS = 5_000_000_000L;
    /** Bytes of the answer in one part (PROTOCOL.md §13). */
    static final int PART_BYTES = 1_400;

    /** A part with its header, before the layers. */
    private static final int MAX_MESSAGE_BYTES = PART_BYTES + 64;

    private final ExitSettings settings;
    private final NameCache names;
    private final OutsidePort resolver;
    private final HttpPort port;
    private final TrafficShaper shaper;
    private final Deadlines deadlines;
    private final Counters counters;
    private final Map<Long, Exchange> byNumber = new LinkedHashMap<>();
    private final Map<JoinedPath, Set<Exchange>> byPath = new HashMap<>();
    private final Map<String, List<Exchange>> waitingForName = new HashMap<>();
    private final byte[] scratch = new byte[Headroom.FRONT_BYTES + MAX_MESSAGE_BYTES + Headroom.BACK_BYTES];
    private long lastNumber;

    private static final class Exchange {
        final long number;
        final JoinedPath path;
        final HttpRequest request;
        final HttpAnswer answer = new HttpAnswer();
        boolean connected;

        @Nullable
        Deadline limit;

        Exchange(long number, JoinedPath path, HttpRequest request) {
            this.number = number;
            this.path = path;
            this.request = request;
        }
    }

    HttpExit(
            ExitSettings settings,
            NameCache names,
            OutsidePort resolver,
            HttpPort port,
            TrafficShaper shaper,
            Deadlines deadlines,
            Counters counters) {
        this.settings = settings;
        this.names = names;
        this.resolver = resolver;
        this.port = port;
        this.shaper = shaper;
        this.deadlines = deadlines;
        this.counters = counters;
    }

    /** Takes a request out of a circuit. */
    void onRequest(JoinedPath path, HttpRequest request) {
        if (!settings.flags().has(PeerFlags.EXIT_HTTP)) {
            counters.dropped(DropReason.ROLE_MISSING);
            return;
        }
        Set<Exchange> running = byPath.getOrDefault(path, Set.of());
        if (running.size() >= MAX_PER_PATH || byNumber.size() >= MAX_IN_ALL) {
            counters.dropped(DropReason.HTTP_LIMIT);
            return;
        }
        boolean isRepeated = running.stream().anyMatch(other -> other.request.identifier() == request.identifier());
        if (isRepeated || !HttpRequestRules.allows(request.request())) {
            counters.dropped(DropReason.HTTP_REQUEST_REFUSED);
            return;
        }
        path.touch();
        Exchange exchange = new Exchange(++lastNumber, path, request);
        byNumber.put(exchange.number, exchange);
        byPath.computeIfAbsent(path, p -> new LinkedHashSet<>()).add(exchange);
        exchange.limit = deadlines.after(LIMIT_NANOS, () -> drop(exchange, DropReason.HTTP_UNANSWERED));
        begin(exchange, request.target());
    }

    private void begin(Exchange exchange, Address target) {
        if (target instanceof IpAddress ip) {
            connect(exchange, ip.endpoint());
        } else if (target instanceof HostAddress host) {
            if (!NameCache.isName(host.host())) {
                drop(exchange, DropReason.EXIT_TARGET_REFUSED);
                return;
            }
            switch (names.knows(host.host())) {
                case RESOLVED, NONE -> connectToName(exchange, host, names.address(host.host()));
                case UNKNOWN -> awaitName(exchange, host.host());
            }
        }
    }

    private void awaitName(Exchange exchange, String host) {
        List<Exchange> waiting = waitingForName.get(host);
        if (waiting != null) {
            waiting.add(exchange);
            return;
        }
        if (waitingForName.size() >= NameQueue.MAX_NAMES) {
            drop(exchange, DropReason.EXIT_QUEUE_FULL);
            return;
        }
        waitingForName.put(host, new ArrayList<>(List.of(exchange)));
        resolver.resolve(host);
    }

    /** Learns the address of a name; null if it has none. */
    void onResolved(String host, @Nullable InetAddress address) {
        List<Exchange> waiting = waitingForName.remove(host);
        if (waiting == null) {
            return;
        }
        for (Exchange exchange : waiting) {
            if (exchange.request.target() instanceof HostAddress target) {
                connectToName(exchange, target, address);
            }
        }
    }

    private void connectToName(Exchange exchange, HostAddress target, @Nullable InetAddress address) {
        if (address == null) {
            drop(exchange, DropReason.EXIT_NAME_UNRESOLVED);
        } else {
            connect(exchange, new InetSocketAddress(address, target.port()));
        }
    }

    private void connect(Exchange exchange, InetSocketAddress to) {
        boolean ipv6 = to.getAddress() instanceof Inet6Address;
        TargetPolicy policy = new TargetPolicy(List.of(port.connectionSource(ipv6)), settings.targets());
        if (!policy.allows(to)) {
            drop(exchange, DropReason.EXIT_TARGET_REFUSED);
            return;
        }
        byte[] request = exchange.request.request().toBytes();
        if (!shaper.charge(request.length)) {
            forget(exchange);
            return;
        }
        exchange.connected = true;
        port.connect(exchange.number, to, request);
    }

    /**
     * Takes bytes that a server has answered.
     *
     * @param connection the connection's number
     * @param buffer holds them; not kept
     * @param offset where they start
     * @param length how many there are
     */
    public void onReplyBytes(long connection, byte[] buffer, int offset, int length) {
        Exchange exchange = byNumber.get(connection);
        if (exchange == null) {
            return;
        }
        if (!shaper.takeIn(length)) {
            forget(exchange);
        } else {
            exchange.path.carried(length);
            settle(exchange, exchange.answer.add(buffer, offset, length));
        }
    }

    /**
     * Learns that a connection was closed by its server, or could not be opened.
     *
     * @param connection the connection's number
     */
    public void onConnectionEnded(long connection) {
        Exchange exchange = byNumber.get(connection);
        if (exchange != null) {
            settle(exchange, exchange.answer.end());
        }
    }

    private void settle(Exchange exchange, HttpAnswer.State state) {
        if (state == HttpAnswer.State.REFUSED) {
            drop(exchange, DropReason.HTTP_REPLY_REFUSED);
        } else if (state == HttpAnswer.State.PASSED) {
            forget(exchange);
            sendBack(exchange);
        }
    }

    private void sendBack(Exchange exchange) {
        byte[] answer = exchange.answer.toBytes();
        counters.packet(Kind.EXIT_HTTP_REPLIES, Kind.EXIT_HTTP_REPLY_BYTES, answer.length);
        int total = (answer.length + PART_BYTES - 1) / PART_BYTES;
        for (int part = 0; part < total; part++) {
            int start = part * PART_BYTES;
            ByteString chunk = ByteString.of(answer, start, Math.min(PART_BYTES, answer.length - start));
            WireWriter writer = new WireWriter(scratch, Headroom.FRONT_BYTES, MAX_MESSAGE_BYTES);
            int length = CellCodec.encode(new HttpResponse(exchange.request.identifier(), part, total, chunk), writer);
            exchange.path.sendBack(scratch, Headroom.FRONT_BYTES, length);
        }
    }

    /** Ends what runs for a circuit that has ended. */
    void onPathClosed(JoinedPath path) {
        for (Exchange exchange : List.copyOf(byPath.getOrDefault(path, Set.of()))) {
            forget(exchange);
        }
    }

    private void drop(Exchange exchange, DropReason reason) {
        counters.dropped(reason);
        forget(exchange);
    }

    private void forget(Exchange exchange) {
        byNumber.remove(exchange.number);
        Set<Exchange> running = byPath.get(exchange.path);
        if (running != null && running.remove(exchange) && running.isEmpty()) {
            byPath.remove(exchange.path);
        }
        if (exchange.limit != null) {
            exchange.limit.cancel();
        }
        if (exchange.connected) {
            port.disconnect(exchange.number);
        } else if (exchange.request.target() instanceof HostAddress target) {
            List<Exchange> waiting = waitingForName.get(target.host());
            if (waiting != null) {
                waiting.remove(exchange);
            }
        }
    }

    /**
     * How many exchanges are running.
     *
     * @return zero or more
     */
    public int exchanges() {
        return byNumber.size();
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("HTTP exchanges", byNumber.size(), MAX_IN_ALL),
                new TableSize("names resolved for HTTP", waitingForName.size(), NameQueue.MAX_NAMES));
    }
}
