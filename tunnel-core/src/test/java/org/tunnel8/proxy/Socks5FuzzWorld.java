package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.fuzz.HttpNetwork;
import org.tunnel8.proxy.DrawnSockets.DrawnPort;

/**
 * A proxy in told time between clients that say anything and tunnels that do what they like. All of it is of production but for the
 * system's sockets and the tunnels.
 */
final class Socks5FuzzWorld {
    static final byte[] USER = "user".getBytes(StandardCharsets.US_ASCII);
    static final byte[] PASSWORD = "password".getBytes(StandardCharsets.US_ASCII);
    static final int MAX_CONNECTIONS = 24;
    static final int MAX_ASSOCIATIONS = 4;

    /** A client's unread bytes, the bytes of the system's buffers that come with its end, and what is read at once. */
    private static final long CONNECTION_BYTES = 16_384 + 49_152 + 2 * 16_384;

    /** What waits for a client that does not read, with what Netty counts for each piece. */
    private static final long UNSENT_BYTES = 49_152 + 4_096;

    private static final long ENDED_INPUT_BYTES = 2 * Socks5Server.SYSTEM_BUFFER_BYTES;
    private static final long ENDED_STREAM_BYTES = 1 << 20;
    private static final InetSocketAddress APPLICATION = new InetSocketAddress("127.0.0.1", 6_881);

    private final RandomGenerator random;
    private final MockTicker ticker = Ticker.newMockTicker();
    private final UnpooledByteBufAllocator allocator;
    private final boolean asksCredentials;
    /** Clients at a time: in some worlds more than may be, so that the bound is met. */
    private final int clients;

    private final SocksGrammar grammar;
    private final Socks5Counters counters = new Socks5Counters();
    private final DrawnFlows flows;
    private final DrawnStreams streams;
    private final DrawnExchanges exchanges;
    private final DrawnSockets sockets;
    private final Socks5Acceptor acceptor;
    private final List<SocksPeer> peers = new ArrayList<>();
    private final List<PlayedConnection> applications = new ArrayList<>();
    private final Socks5FuzzTally tally;
    private @Nullable SocksPeer acting;
    private int lastPort = 10_000;

    /**
     * Makes one.
     *
     * @param isWatched whether its buffers are of the kind that Netty watches, which takes its time
     */
    Socks5FuzzWorld(RandomGenerator random, Socks5FuzzTally tally, boolean isWatched) {
        this.allocator = new UnpooledByteBufAllocator(isWatched);
        this.random = random;
        this.tally = tally;
        int kind = random.nextInt(4);
        clients = 4 + random.nextInt(MAX_CONNECTIONS);
        asksCredentials = kind > 1;
        grammar = new SocksGrammar(random, asksCredentials);
        flows = new DrawnFlows(random);
        streams = new DrawnStreams(random, ticker::nanoTime, this::begun);
        exchanges = new DrawnExchanges(
                random, ticker::nanoTime, random.nextBoolean() ? new HttpNetwork(random) : null, this::begun);
        sockets = new DrawnSockets(random, this::bound, this::application);
        Socks5Settings settings = Socks5Settings.defaults()
                .withLimits(MAX_CONNECTIONS, MAX_ASSOCIATIONS)
                .withInbound(random.nextBoolean() ? APPLICATION : null);
        if (asksCredentials) {
            settings = settings.withCredentials(Socks5Credentials.of("user", "password"))
                    .withIsolateByUser(kind == 3);
        }
        acceptor = new Socks5Acceptor(sockets, settings, new Tunnels(flows, streams, exchanges), counters);
        acceptor.listening();
    }

    // What the tunnels tell of those who use them

    private void begun(DrawnStreams.DrawnStream stream) {
        SocksPeer peer = acting;
        if (peer == null) {
            return; // a peer has begun it
        }
        peer.stream = stream;
        if (peer.script.isRight()) {
            assertThat(stream.target()).isEqualTo(peer.script.target());
            stream.expectPattern();
        }
    }

    private void begun(DrawnExchanges.Exchange exchange) {
        SocksPeer peer = acting;
        assertThat(peer).as("who asks for an exchange").isNotNull();
        peer.exchange = exchange;
        if (peer.script.isRight()) {
            assertThat(exchange.target()).isEqualTo(peer.script.target());
        }
    }

    private void bound(DrawnPort port) {
        SocksPeer peer = acting;
        if (peer != null) {
            peer.association = port;
            if (peer.script.isRight()) {
                port.servesAlone(InetAddress.getLoopbackAddress());
            }
        }
    }

    private PlayedConnection application(ChannelHandler handler) {
        PlayedConnection connection = new PlayedConnection(
                ticker, allocator, APPLICATION, bytes -> bytes.skipBytes(bytes.readableBytes()), handler);
        applications.add(connection);
        return connection;
    }

    // What happens

    /** One input: a piece of what a client says, a datagram, or something that the tunnels do. */
    void step() {
        int kind = random.nextInt(100);
        if (kind < 50) {
            clientActs();
        } else if (kind < 70) {
            datagram();
        } else if (kind < 90) {
            tunnelsAct();
        } else if (kind < 93) {
            applicationActs();
        } else {
            someReads();
        }
        if (random.nextInt(12) == 0) {
            pass(Duration.ofMillis(random.nextInt(60)));
        } else if (random.nextInt(400) == 0) {
            pass(Duration.ofMillis(random.nextInt(12_000)));
        } else if (random.nextInt(6_000) == 0) {
            pass(Duration.ofSeconds(601));
        }
    }

    private void clientActs() {
        if (peers.size() < clients && random.nextInt(6) == 0) {
            connect();
            return;
        }
        SocksPeer peer = anyPeer();
        if (peer == null) {
            connect();
        } else if (peer.hasMore()) {
            as(peer, peer::say);
        } else {
            actsFurther(peer);
        }
    }

    private void actsFurther(SocksPeer peer) {
        boolean lasts = peer.phase() == SocksPeer.Phase.GRANTED && random.nextInt(3) > 0;
        switch (lasts ? 9 : random.nextInt(10)) {
            case 0, 1 -> as(peer, peer::endInput);
            case 2, 3 -> as(peer, () -> peer.connection().close());
            case 4 -> as(peer, peer.connection()::reset);
            case 5 -> as(peer, () -> peer.sayMore(grammar.bytes(1 + random.nextInt(3_000))));
            default -> {
                // It waits.
            }
        }
    }

    private void connect() {
        SocksGrammar.Script script = grammar.script();
        lastPort = lastPort == 60_000 ? 10_000 : lastPort + 1;
        List<byte[]> segments = grammar.segments(script.messages());
        SocksPeer peer = new SocksPeer(script, segments, lastPort, asksCredentials, ticker::nanoTime);
        InetSocketAddress from = new InetSocketAddress(InetAddress.getLoopbackAddress(), lastPort);
        PlayedConnection connection = new PlayedConnection(ticker, allocator, from, peer, acceptor);
        peer.over(connection);
        peers.add(peer);
        if (random.nextInt(10) == 0) {
            peer.take(random.nextInt(12));
        }
        as(peer, connection::begin);
        tally.connected();
    }

    private void datagram() {
        List<DrawnPort> open = sockets.open();
        if (open.isEmpty()) {
            clientActs();
            return;
        }
        DrawnPort port = open.get(random.nextInt(open.size()));
        int kind = random.nextInt(200);
        if (kind == 0) {
            port.lose();
            return;
        }
        String from = kind < 4 ? "127.0.0.2" : "127.0.0.1";
        int fromPort = kind < 8 ? 1 + random.nextInt(9_000) : 9_999;
        port.bring(new InetSocketAddress(from, fromPort), grammar.datagram());
    }

    private void tunnelsAct() {
        boolean isDone = switch (random.nextInt(8)) {
            case 0, 1 -> flows.act();
            case 2 -> exchanges.act();
            case 3 -> sockets.endLate();
            case 4 -> {
                streams.offer();
                yield true;
            }
            default -> streams.act();
        };
        if (!isDone) {
            clientActs();
        }
    }

    private void applicationActs() {
        List<PlayedConnection> connected = sockets.connected();
        if (connected.isEmpty()) {
            clientActs();
            return;
        }
        PlayedConnection connection = connected.get(random.nextInt(connected.size()));
        switch (random.nextInt(10)) {
            case 0 -> connection.endInput();
            case 1 -> connection.close();
            case 2 -> connection.reset();
            case 3 -> connection.take(random.nextInt(3) == 0 ? random.nextInt(50_000) : Long.MAX_VALUE);
            default -> sendSome(connection);
        }
    }

    private void sendSome(PlayedConnection connection) {
        if (connection.comingBytes() < ENDED_INPUT_BYTES - StreamRelay.PIECE_BYTES) {
            connection.send(grammar.bytes(1 + random.nextInt(StreamRelay.PIECE_BYTES)));
        }
    }

    private void someReads() {
        SocksPeer peer = anyPeer();
        if (peer != null) {
            long bytes = random.nextInt(3) == 0 ? random.nextInt(30_000) : Long.MAX_VALUE;
            as(peer, () -> peer.take(bytes));
        }
    }

    private @Nullable SocksPeer anyPeer() {
        peers.removeIf(peer -> {
            boolean isGone = !peer.connection().isOpen();
            if (isGone) {
                look(peer);
                tally.gone(peer);
            }
            return isGone;
        });
        return peers.isEmpty() ? null : peers.get(random.nextInt(peers.size()));
    }

    private void as(SocksPeer peer, Runnable action) {
        acting = peer;
        action.run();
        peer.connection().pump();
        acting = null;
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        sockets.endLate();
        streams.giveUpOld();
        exchanges.timeHasPassed();
        for (SocksPeer peer : peers) {
            as(peer, peer.connection()::timeHasPassed);
            look(peer);
        }
        applications.removeIf(connection -> !connection.isOpen());
        applications.forEach(PlayedConnection::timeHasPassed);
    }

    private void look(SocksPeer peer) {
        assertThat(peer.fault()).isNull();
        peer.connection().checkException();
    }

    // What is looked at

    /** Looks whether all is within its bounds. */
    void check() {
        assertThat(counters.connections()).isBetween(0, MAX_CONNECTIONS);
        assertThat(counters.associations()).isBetween(0, MAX_ASSOCIATIONS);
        assertThat(sockets.open()).hasSizeLessThanOrEqualTo(MAX_ASSOCIATIONS);
        assertThat(flows.size()).isLessThanOrEqualTo(MAX_ASSOCIATIONS);
        long bound = 0;
        for (SocksPeer peer : peers) {
            boolean hasEnded =
                    peer.stream != null && peer.stream.isOver() || peer.exchange != null && peer.exchange.isOver();
            long unsent = peer.connection().unsentBytes();
            if (!hasEnded) {
                assertThat(unsent).isLessThanOrEqualTo(UNSENT_BYTES);
            }
            bound += CONNECTION_BYTES + (hasEnded ? ENDED_STREAM_BYTES : 0);
            bound += peer.connection().hasEndedInput() ? ENDED_INPUT_BYTES : 0;
        }
        bound += applications.size() * (CONNECTION_BYTES + ENDED_STREAM_BYTES + ENDED_INPUT_BYTES);
        assertThat(heldBytes()).isLessThanOrEqualTo(bound);
        tally.held(heldBytes());
    }

    private long heldBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    /** Ends it, in one way or another, after which nothing may be left. */
    void end() {
        if (random.nextBoolean()) {
            letEndByThemselves();
        }
        boolean[] isClosed = new boolean[1];
        acceptor.close(() -> isClosed[0] = true);
        peers.forEach(peer -> peer.connection().pump());
        sockets.endLate();
        assertThat(isClosed[0]).as("told that all connections are closed").isTrue();
        assertThat(streams.isAccepting()).isFalse();
        assertThat(peers)
                .allSatisfy(peer -> assertThat(peer.connection().isOpen()).isFalse());
        assertThat(applications)
                .allSatisfy(connection -> assertThat(connection.isOpen()).isFalse());
        Socks5Statistics last = counters.snapshot();
        assertThat(last.connections()).isZero();
        assertThat(last.associations()).isZero();
        assertThat(last.streams()).isZero();
        assertThat(sockets.open()).isEmpty();
        assertThat(flows.size()).isZero();
        assertThat(streams.size()).isZero();
        assertThat(exchanges.size()).isZero();
        exchanges.end();
        assertThat(heldBytes()).as("bytes of buffers that nobody has released").isZero();
        peers.forEach(tally::gone);
        tally.ended(last);
    }

    /** Nobody says anything any more; whatever has a time-out runs into it. */
    private void letEndByThemselves() {
        streams.accept(null);
        for (int seconds : new int[] {11, 31, 41, 2, 601, 601, 2, 11}) {
            pass(Duration.ofSeconds(seconds));
        }
        for (SocksPeer peer : peers) {
            boolean isAssociation = peer.association != null && peer.association.isOpen();
            assertThat(peer.connection().isOpen())
                    .as("open after all times are over")
                    .isEqualTo(isAssociation);
            if (isAssociation && random.nextBoolean()) {
                peer.endInput();
            }
        }
    }
}
