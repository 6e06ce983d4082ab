package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;

/** How much peers can have the proxy hold by streams to an application that reads nothing, in told time. */
class InboundLimitTest {
    private static final InetSocketAddress APPLICATION = new InetSocketAddress("127.0.0.1", 6_881);

    private final List<PlayedConnection> connections = new ArrayList<>();
    private final Socks5Counters counters = new Socks5Counters();
    private final InboundStreams inbound = new InboundStreams(
            new Edge(), APPLICATION, Socks5Settings.DEFAULT_IDLE_LIMIT, counters, new byte[StreamRelay.PIECE_BYTES]);

    /** An application that is there and takes nothing. */
    private final class Edge implements Sockets {
        @Override
        public CompletableFuture<? extends DatagramPort> bind(InetAddress local, DatagramListener listener) {
            throw new AssertionError("no association is asked for here");
        }

        @Override
        public ChannelFuture connect(InetSocketAddress application, ChannelHandler handler) {
            PlayedConnection connection = new PlayedConnection(
                    Ticker.newMockTicker(), UnpooledByteBufAllocator.DEFAULT, application, bytes -> {}, handler);
            connection.config().setAutoRead(false);
            connection.take(0);
            connection.begin();
            connections.add(connection);
            return connection.newSucceededFuture();
        }
    }

    /** A stream of a peer who sends a thousand bytes. */
    private static final class Peer implements Stream {
        private int left = 1_000;

        @Override
        public int write(byte[] buffer, int offset, int length) {
            return length;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int given = Math.min(left, length);
            left -= given;
            return given;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void reset() {}
    }

    private @Nullable StreamListener offer() {
        return inbound.onIncoming(new Peer());
    }

    /** Has a stream come, bring its bytes and end. */
    private void carryOne() {
        StreamListener stream = Objects.requireNonNull(offer(), "refused");
        connections.get(connections.size() - 1).pump();
        stream.onOpened();
        stream.onReadable();
        stream.onEnded(StreamEnd.CLOSED);
    }

    @AfterEach
    void close() {
        inbound.close();
        assertThat(connections).noneMatch(PlayedConnection::isOpen);
    }

    @Test
    void connectionsCountUntilTheApplicationHasHadTheRest() {
        for (int i = 0; i < InboundStreams.MAX_STREAMS; i++) {
            carryOne();
        }
        assertThat(connections).allMatch(PlayedConnection::isOpen);
        assertThat(offer()).isNull();
        assertThat(counters.snapshot().refused(Socks5Refusal.INBOUND_LIMIT)).isEqualTo(1);

        connections.get(0).take(Long.MAX_VALUE);
        assertThat(connections.get(0).isOpen()).isFalse();
        assertThat(offer()).isNotNull();
    }
}
