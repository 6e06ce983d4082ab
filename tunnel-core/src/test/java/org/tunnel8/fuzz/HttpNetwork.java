package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.exit.ExitService;
import org.tunnel8.exit.ExitSettings;
import org.tunnel8.fuzz.DrawnCircuits.Circuit;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.stream.HttpExchange;
import org.tunnel8.stream.HttpExchanges;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A client's exchanges and an exit that performs them, in told time, between exits that lie, owners of circuits who ask for
 * anything, and servers that answer anything. What travels between client and exit is cells' contents, as bytes.
 */
public final class HttpNetwork {
    /** Parts of an answer that an exit sends have no more (PROTOCOL.md §13), with their header. */
    private static final int MOST_PART_BYTES = 1_400 + 11;

    private static final int MOST_CIRCUITS = 100;
    /** Answers of lying exits under way. */
    private static final int MOST_LIES = 200;

    private static final InetSocketAddress PREVIOUS = ((IpAddress) Address.parse("5.0.1.1", 1)).endpoint();

    private final RandomGenerator random;
    private final Deadlines deadlines = new Deadlines(0);
    private final Counters clientCounters = new Counters();
    private final Counters exitCounters = new Counters();
    private final HttpGrammar grammar;
    private final HttpEdge edge;
    private final ExitService exit;
    private final DrawnCircuits circuits;
    private final HttpExchanges exchanges;
    private final Map<Circuit, OwnPath> ownPaths = new LinkedHashMap<>();
    private final List<Deque<byte[]>> lies = new ArrayList<>();
    private final List<Circuit> liars = new ArrayList<>();
    private final List<StrangersPath> strangers = new ArrayList<>();
    private @Nullable ByteArrayOutputStream delivered;
    private long answersOfOurs;
    private long answersToStrangers;

    /** Makes one. */
    public HttpNetwork(RandomGenerator random) {
        this.random = random;
        grammar = new HttpGrammar(random);
        edge = new HttpEdge(random, grammar, deadlines::nowNanos);
        exit = new ExitService(
                new ExitSettings(new PeerFlags(PeerFlags.EXIT_HTTP), CommunityId.TRIBLER, TargetRules.NONE),
                edge,
                edge,
                new TrafficShaper(TrafficLimits.NONE, edge, deadlines, exitCounters),
                deadlines,
                exitCounters);
        circuits = new DrawnCircuits(random, grammar, this::onAsked);
        exchanges = new HttpExchanges(circuits, deadlines, random, clientCounters);
    }

    /** Begins an exchange of the client. */
    public HttpExchange start(Address target, byte[] request, Duration limit, HttpListener listener) {
        return exchanges.start(target, ByteString.of(request), limit.toNanos(), null, new HttpListener() {
            @Override
            public boolean onReply(ByteString reply) {
                ByteArrayOutputStream sent = delivered;
                if (sent != null) {
                    assertThat(reply.toBytes()).isEqualTo(sent.toByteArray());
                    answersOfOurs++;
                }
                return listener.onReply(reply);
            }

            @Override
            public void onFailed(HttpFailure failure) {
                listener.onFailed(failure);
            }
        });
    }

    /** A request that exits perform, which bears a mark. */
    public byte[] request(int mark) {
        return grammar.request(mark);
    }

    /** Somewhere that may be asked. */
    Address target() {
        return grammar.target(HttpExchanges.MAX_HOST_BYTES);
    }

    HttpGrammar grammar() {
        return grammar;
    }

    /** The time of it. */
    public long nowNanos() {
        return deadlines.nowNanos();
    }

    // What the client's exchanges ask

    private void onAsked(Circuit circuit, HttpRequest request) {
        switch (circuit.exit) {
            case OURS -> exit.onHttpRequest(ownPaths.computeIfAbsent(circuit, OwnPath::new), request);
            case LYING -> {
                if (lies.size() >= MOST_LIES) {
                    lies.remove(0);
                    liars.remove(0);
                }
                lies.add(new ArrayDeque<>(grammar.answerCells(request.identifier())));
                liars.add(circuit);
            }
            case SILENT -> {}
        }
    }

    /** The way back from our exit to the client: parts may be lost, come twice, and in another order. */
    private final class OwnPath implements JoinedPath {
        private final Circuit circuit;
        private final List<byte[]> underWay = new ArrayList<>();
        /** What our exit has sent, by the numbers of the questions. */
        private final Map<Integer, ByteArrayOutputStream> sent = new HashMap<>();

        OwnPath(Circuit circuit) {
            this.circuit = circuit;
        }

        @Override
        public InetSocketAddress previousHop() {
            return PREVIOUS;
        }

        @Override
        public void sendBack(byte[] buffer, int offset, int length) {
            byte[] cell = Arrays.copyOfRange(buffer, offset, offset + length);
            HttpResponse part = taken(buffer, offset, length);
            sent.computeIfAbsent(part.identifier(), question -> new ByteArrayOutputStream())
                    .writeBytes(part.chunk().toBytes());
            if (random.nextInt(100) != 0) {
                underWay.add(cell);
            }
            if (random.nextInt(20) == 0) {
                underWay.add(random.nextInt(underWay.size() + 1), cell);
            }
        }

        @Override
        public void touch() {}

        @Override
        public void carried(int bytes) {}
    }

    /** The way back to somebody who uses our exit. */
    private final class StrangersPath implements JoinedPath {
        @Override
        public InetSocketAddress previousHop() {
            return PREVIOUS;
        }

        @Override
        public void sendBack(byte[] buffer, int offset, int length) {
            taken(buffer, offset, length);
            answersToStrangers++;
        }

        @Override
        public void touch() {}

        @Override
        public void carried(int bytes) {}
    }

    private HttpResponse taken(byte[] buffer, int offset, int length) {
        CellMessage part = decoded(Arrays.copyOfRange(buffer, offset, offset + length));
        Arrays.fill(buffer, (byte) 0x55); // as sealing does
        if (length > MOST_PART_BYTES || !(part instanceof HttpResponse response)) {
            throw new AssertionError("an exit sends back what is no part");
        }
        edge.passes(response.chunk());
        return response;
    }

    // What happens

    /** One input: a cell at the client or at the exit, or something that a server or the resolver says. */
    public void step() {
        int kind = random.nextInt(100);
        if (kind < 2) {
            loseCircuit();
        } else if (kind < 4) {
            at(random.nextInt(), grammar.strayCell());
        } else if (kind < 20) {
            strangerAsks();
        } else if (kind < 55) {
            if (!edge.act(exit)) {
                strangerAsks();
            }
        } else if (!deliver() && !edge.act(exit)) {
            strangerAsks();
        }
    }

    private boolean deliver() {
        boolean lie = random.nextBoolean();
        if (lie && !lies.isEmpty()) {
            int which = random.nextInt(lies.size());
            byte[] cell = lies.get(which).poll();
            if (cell == null) {
                lies.remove(which);
                liars.remove(which);
                return deliver();
            }
            at(liars.get(which).id, cell);
            return true;
        }
        for (OwnPath path : ownPaths.values()) {
            if (!path.underWay.isEmpty()) {
                int which = random.nextInt(5) == 0 ? random.nextInt(path.underWay.size()) : 0;
                byte[] cell = path.underWay.remove(which);
                HttpResponse part = (HttpResponse) Objects.requireNonNull(decoded(cell));
                delivered = path.sent.get(part.identifier());
                exchanges.onResponse(path.circuit.id, part);
                delivered = null;
                return true;
            }
        }
        return false;
    }

    private void at(int circuitId, byte[] cell) {
        if (decoded(cell) instanceof HttpResponse response) {
            exchanges.onResponse(circuitId, response);
        }
    }

    private @Nullable CellMessage decoded(byte[] cell) {
        try {
            CellMessage message = CellCodec.decode(cell, 0, cell.length);
            byte[] again = grammar.encoded(message);
            if (!message.equals(CellCodec.decode(again, 0, again.length))) {
                throw new AssertionError("read otherwise the second time: " + message);
            }
            return message;
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    private void strangerAsks() {
        if (strangers.size() < MOST_CIRCUITS - ownPaths.size() && random.nextInt(10) == 0) {
            strangers.add(new StrangersPath());
        }
        if (strangers.isEmpty()) {
            return;
        }
        int which = random.nextInt(strangers.size());
        if (random.nextInt(60) == 0) {
            exit.onPathClosed(strangers.remove(which));
        } else if (decoded(grammar.requestCell()) instanceof HttpRequest request) {
            exit.onHttpRequest(strangers.get(which), request);
        }
    }

    private void loseCircuit() {
        Circuit lost = circuits.replaceOne();
        OwnPath path = ownPaths.remove(lost);
        if (path != null) {
            exit.onPathClosed(path);
        }
        exchanges.onRouteLost(lost.id);
        exchanges.routesChanged();
    }

    /** Lets time pass. */
    public void pass(Duration time) {
        long end = deadlines.nowNanos() + time.toNanos();
        while (deadlines.nextNanos() <= end) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(end);
        assertThat(edge.hasOverdue())
                .as("a connection of an exchange that is over")
                .isFalse();
    }

    // What is looked at

    /** Looks whether all is within its bounds. */
    public void check() {
        List<TableSize> tables = new ArrayList<>(exit.tables(MOST_CIRCUITS));
        tables.add(exchanges.table());
        assertThat(tables).allMatch(TableSize::isWithinBound);
        assertThat(edge.connections()).isLessThanOrEqualTo(exit.http().exchanges());
        assertThat(circuits.held()).isLessThanOrEqualTo(exchanges.running());
        // The limit and a timer of each exchange of the client, the limit of each of the exit.
        assertThat(deadlines.size())
                .isLessThanOrEqualTo(2 * exchanges.running() + exit.http().exchanges());
    }

    /** Ends it, in one way or another, after which nothing may be left. */
    public void end() {
        if (random.nextBoolean()) {
            exchanges.stop();
            ownPaths.values().forEach(exit::onPathClosed);
            strangers.forEach(exit::onPathClosed);
        } else {
            // An exchange of the client's, and one that an exit had begun for it at its end.
            pass(Duration.ofSeconds(30 + 5));
        }
        assertThat(exchanges.running()).isZero();
        assertThat(circuits.held()).isZero();
        assertThat(exit.http().exchanges()).isZero();
        assertThat(edge.connections()).isZero();
        assertThat(deadlines.size()).isZero();
    }

    long drops(DropReason reason) {
        return clientCounters.drops(reason) + exitCounters.drops(reason);
    }

    long answersToStrangers() {
        return answersToStrangers;
    }

    long answersOfOurs() {
        return answersOfOurs;
    }
}
