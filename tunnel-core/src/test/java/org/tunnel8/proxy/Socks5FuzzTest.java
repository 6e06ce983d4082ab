package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.tunnel8.virtual.FuzzWatch;
import org.tunnel8.virtual.Seed;

/**
 * Clients that say anything, and tunnels that do what they like, by the hundred thousand around the proxy of production, in
 * told time: nothing is thrown, each connection is answered or closed in its time, what is held keeps its bounds, and once
 * all have left nothing remains.
 */
@Tag("fuzz")
class Socks5FuzzTest {
    private static final String INPUTS = "tunnel8.fuzz.socksInputs";
    private static final long SMALL_SHARE = 150_000;
    private static final long WATCHED_SHARE = 1_500;
    private static final int MOST_IN_A_WORLD = 4_000;
    private static final int LOOK_EVERY = 50;

    /** What classes and the process's own tables take that were not there before. */
    private static final long MAX_GROWTH_BYTES = 24L << 20;

    private final long seed = Seed.take(getClass());
    private final Logger proxy = (Logger) LoggerFactory.getLogger("org.tunnel8.proxy");
    private final Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        proxy.setLevel(Level.DEBUG);
        proxy.setAdditive(false);
        proxy.addAppender(log);
        netty.addAppender(log);
    }

    @AfterEach
    void stop() {
        proxy.setLevel(null);
        proxy.setAdditive(true);
        proxy.detachAppender(log);
        netty.detachAppender(log);
    }

    @Test
    void withstandsWhateverClientsAndTunnelsDo() {
        fuzz(Long.getLong(INPUTS, SMALL_SHARE), false).checkDepth();
    }

    /** Netty's own watch over buffers, which takes its time. */
    @Nested
    @ExtendWith(LeakedBuffers.class)
    class Watched {
        @Test
        void losesNoBuffer() {
            fuzz(WATCHED_SHARE, true);
        }
    }

    private Socks5FuzzTally fuzz(long inputs, boolean isWatched) {
        SplittableRandom random = new SplittableRandom(seed);
        Socks5FuzzTally tally = new Socks5FuzzTally();
        long begun = System.nanoTime();
        long done = 0;
        int worlds = 0;
        try (FuzzWatch watch = new FuzzWatch(getClass(), seed)) {
            while (done < inputs) {
                long most = Math.min(inputs - done, 1 + random.nextInt(MOST_IN_A_WORLD));
                done += runWorld(new Socks5FuzzWorld(random.split(), tally, isWatched), most, done, watch);
                worlds++;
            }
            long grownBytes = watch.grownBytes();
            System.out.printf(
                    "Socks5FuzzTest: %,d inputs into %,d proxies in %.1f s, heap %,d KiB larger, seed %d%n",
                    done, worlds, (System.nanoTime() - begun) / 1e9, grownBytes >> 10, seed);
            assertThat(grownBytes).as("growth of the heap").isLessThan(MAX_GROWTH_BYTES);
        }
        tally.print();
        return tally;
    }

    private long runWorld(Socks5FuzzWorld world, long most, long before, FuzzWatch watch) {
        long at = 0;
        try {
            while (at < most) {
                watch.at(before + at);
                world.step();
                at++;
                if (at % LOOK_EVERY == 0) {
                    world.check();
                    look();
                }
            }
            world.end();
            look();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("failed with seed " + seed + " at input " + (before + at), e);
        }
        return most;
    }

    /** What a connection catches it logs, but for what a stranger may cause: that alone tells of it. So does Netty. */
    private void look() {
        for (ILoggingEvent event : log.list) {
            boolean isOfConnection = event.getLoggerName().equals(Socks5Connection.class.getName());
            boolean isOfNetty = event.getLoggerName().startsWith("io.netty")
                    && event.getLevel().isGreaterOrEqual(Level.WARN);
            assertThat(isOfConnection || isOfNetty)
                    .as("%s: %s", event.getLoggerName(), event.getFormattedMessage())
                    .isFalse();
        }
        log.list.clear();
    }

    @Test
    void hearsWhatConnectionsCatch() {
        SplittableRandom random = new SplittableRandom(seed);
        Tunnels broken = new Tunnels(
                new DrawnFlows(random),
                new DrawnStreams(random, () -> 0, stream -> {}),
                (to, request, key, outcome) -> {
                    throw new IllegalStateException("a mistake");
                });
        DrawnSockets sockets = new DrawnSockets(random, port -> {}, handler -> {
            throw new AssertionError("no peer begins a stream");
        });
        Socks5Acceptor acceptor = new Socks5Acceptor(sockets, Socks5Settings.defaults(), broken, new Socks5Counters());
        SocketAddress client = new InetSocketAddress("127.0.0.1", 1);
        PlayedConnection connection = new PlayedConnection(
                Ticker.systemTicker(), UnpooledByteBufAllocator.DEFAULT, client, bytes -> {}, acceptor);
        connection.begin();
        connection.send(new byte[] {5, 1, 0});
        connection.send(new byte[] {5, 1, 0, 3, 1, 'x', 0, 80});
        look();
        connection.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(this::look).isInstanceOf(AssertionError.class);
        assertThat(connection.isOpen()).isFalse();
    }
}
