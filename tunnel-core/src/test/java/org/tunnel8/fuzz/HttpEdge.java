package org.tunnel8.fuzz;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.tunnel8.exit.ExitService;
import org.tunnel8.exit.HttpPort;
import org.tunnel8.exit.OutsidePort;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/** What is around an exit: servers that answer anything, at any time, and a resolver. */
final class HttpEdge implements OutsidePort, HttpPort, Outlet {
    /** An exit gives each exchange so long, the look-up of a name included (PROTOCOL.md §13). */
    private static final long LIMIT_NANOS = 5_000_000_000L;

    private final RandomGenerator random;
    private final HttpGrammar grammar;
    private final LongSupplier clock;
    private final Map<Long, Server> servers = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();
    /** Of the answer that the exit sends back at the moment. */
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    private long lastNumber;

    private static final class Server {
        final Deque<byte[]> pieces;
        final long sinceNanos;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();

        Server(List<byte[]> pieces, long sinceNanos) {
            this.pieces = new ArrayDeque<>(pieces);
            this.sinceNanos = sinceNanos;
        }
    }

    HttpEdge(RandomGenerator random, HttpGrammar grammar, LongSupplier clock) {
        this.random = random;
        this.grammar = grammar;
        this.clock = clock;
    }

    /** A server says or ends something, or a name is resolved; false if there is nothing of that. */
    boolean act(ExitService exit) {
        if (!asked.isEmpty() && random.nextInt(3) == 0) {
            String host = asked.iterator().next();
            asked.remove(host);
            exit.onResolved(host, addresses());
            return true;
        }
        if (random.nextInt(50) == 0) {
            // A connection that has been closed, or never was.
            long gone = random.nextLong(lastNumber + 2);
            if (!servers.containsKey(gone)) {
                exit.http().onReplyBytes(gone, new byte[] {'d', 'e'}, 0, 2);
                exit.http().onConnectionEnded(gone);
            }
            return true;
        }
        if (servers.isEmpty()) {
            return false;
        }
        List<Long> numbers = new ArrayList<>(servers.keySet());
        long number = numbers.get(random.nextInt(numbers.size()));
        Server server = servers.get(number);
        byte[] piece = server.pieces.poll();
        if (piece == null || random.nextInt(200) == 0) {
            exit.http().onConnectionEnded(number);
        } else {
            server.said.writeBytes(piece);
            exit.http().onReplyBytes(number, piece, 0, piece.length);
        }
        if (passed.size() > 0 && !Arrays.equals(passed.toByteArray(), server.said.toByteArray())) {
            throw new AssertionError("an exit passes what its server did not say");
        }
        passed.reset();
        return true;
    }

    /** The exit sends back a part of an answer. */
    void passes(ByteString chunk) {
        passed.writeBytes(chunk.toBytes());
    }

    private List<InetAddress> addresses() {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String literal = switch (random.nextInt(6)) {
                case 0 -> "192.168.1.1";
                case 1 -> "2606:2800::7";
                case 2 -> "::1";
                default -> "93.184.216." + random.nextInt(256);
            };
            addresses.add(((IpAddress) Address.parse(literal, 1)).address());
        }
        return addresses;
    }

    /** Connections that are open. */
    int connections() {
        return servers.size();
    }

    /** Whether one is open for longer than exchanges may take. */
    boolean hasOverdue() {
        return servers.values().stream().anyMatch(server -> clock.getAsLong() - server.sinceNanos > LIMIT_NANOS);
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        return ((IpAddress) Address.parse(ipv6 ? "2606:2800::1" : "5.0.2.1", 1)).address();
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        boolean isOpen = servers.containsKey(connection);
        if (isOpen || to.getPort() == 0 || to.getAddress().isLoopbackAddress() || !isGet(request)) {
            throw new AssertionError("an exit connects to " + to + " for what it should not");
        }
        lastNumber = Math.max(lastNumber, connection);
        servers.put(connection, new Server(grammar.pieces(grammar.reply()), clock.getAsLong()));
    }

    private static boolean isGet(byte[] request) {
        return request.length > 4 && request[0] == 'G' && request[1] == 'E' && request[2] == 'T' && request[3] == ' ';
    }

    @Override
    public void disconnect(long connection) {
        servers.remove(connection);
    }

    @Override
    public void resolve(String host) {
        if (!asked.add(host)) {
            throw new AssertionError("a name is asked for twice at a time");
        }
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void open(long socket, boolean ipv6) {
        throw new AssertionError("no datagram is sent here");
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        throw new AssertionError("no datagram is sent here");
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        throw new AssertionError("no datagram is sent here");
    }

    @Override
    public void close(long socket) {
        throw new AssertionError("no datagram is sent here");
    }
}
