package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.proxy.SocksGrammar.Intent;
import org.tunnel8.proxy.SocksGrammar.Script;
import org.tunnel8.proxy.SocksPeer.Phase;

/** Right conversations that TCP cuts, or that end, at each byte there is. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class Socks5CutsTest {
    private final boolean asksCredentials;
    private final SplittableRandom random = new SplittableRandom(7);
    private final MockTicker ticker = Ticker.newMockTicker();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final Socks5Counters counters = new Socks5Counters();
    private final Socks5Acceptor acceptor;

    Socks5CutsTest(boolean asksCredentials) {
        this.asksCredentials = asksCredentials;
        Socks5Settings settings = asksCredentials
                ? Socks5Settings.defaults().withCredentials(Socks5Credentials.of("user", "password"))
                : Socks5Settings.defaults();
        Tunnels tunnels = new Tunnels(
                new DrawnFlows(random),
                new DrawnStreams(random, ticker::nanoTime, stream -> {}),
                new DrawnExchanges(random, ticker::nanoTime, null, exchange -> {}));
        DrawnSockets sockets = new DrawnSockets(random, port -> {}, handler -> {
            throw new AssertionError("no peer begins a stream");
        });
        acceptor = new Socks5Acceptor(sockets, settings, tunnels, counters);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(counters.connections()).isZero();
        assertThat(counters.associations()).isZero();
        assertThat(counters.snapshot().streams()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    /** The bytes of a right conversation up to the request. */
    private byte[] conversation(Intent intent) {
        SocksGrammar grammar = new SocksGrammar(random, asksCredentials);
        Script script = grammar.script();
        while (!script.isRight() || script.intent() != intent) {
            script = grammar.script();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        script.messages().stream().limit(asksCredentials ? 3 : 2).forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private SocksPeer connect(Intent intent) {
        Script script = new Script(intent, null, false, List.of());
        SocksPeer peer = new SocksPeer(script, List.of(), 1, asksCredentials, ticker::nanoTime);
        InetSocketAddress from = new InetSocketAddress("127.0.0.1", 1);
        peer.over(new PlayedConnection(ticker, allocator, from, peer, acceptor));
        peer.connection().begin();
        return peer;
    }

    @ParameterizedTest
    @EnumSource(value = Intent.class, names = "NONSENSE", mode = EnumSource.Mode.EXCLUDE)
    void isUnderstoodWhereverItIsCut(Intent intent) {
        byte[] bytes = conversation(intent);
        long undecided = 0;
        for (int cut = 0; cut <= bytes.length; cut++) {
            SocksPeer peer = connect(intent);
            peer.say(Arrays.copyOf(bytes, cut));
            peer.say(Arrays.copyOfRange(bytes, cut, bytes.length));
            // The tunnels may still think about it, or have said no.
            undecided += peer.phase() == Phase.GRANTED ? 0 : 1;
            assertThat(peer.phase()).as("cut at %d", cut).isIn(Phase.REPLY, Phase.GRANTED, Phase.REFUSED);
            assertThat(peer.phase() == Phase.REPLY && intent == Intent.EXCHANGE).isFalse();
            peer.connection().close();
        }
        assertThat(undecided).isLessThan(intent == Intent.STREAM ? Long.MAX_VALUE : bytes.length);
        assertThat(counters.snapshot().refused(Socks5Refusal.NOT_SOCKS5)).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Intent.class, names = "NONSENSE", mode = EnumSource.Mode.EXCLUDE)
    void isClosedAtOnceWhereverItEnds(Intent intent) {
        byte[] bytes = conversation(intent);
        for (int end = 0; end < bytes.length; end++) {
            SocksPeer peer = connect(intent);
            peer.say(Arrays.copyOf(bytes, end));
            peer.endInput();
            assertThat(peer.connection().isOpen())
                    .as("ended after %d bytes", end)
                    .isFalse();
            assertThat(peer.phase()).isNotIn(Phase.GRANTED, Phase.REFUSED);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Intent.class, names = "NONSENSE", mode = EnumSource.Mode.EXCLUDE)
    void isClosedInTimeWhereverItFallsSilent(Intent intent) {
        byte[] bytes = conversation(intent);
        for (int end = 0; end < bytes.length; end++) {
            SocksPeer peer = connect(intent);
            peer.say(Arrays.copyOf(bytes, end));
            assertThat(peer.connection().isOpen())
                    .as("silent after %d bytes", end)
                    .isTrue();
            ticker.advance(Socks5Settings.DEFAULT_NEGOTIATION_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            peer.connection().timeHasPassed();
            assertThat(peer.connection().isOpen())
                    .as("silent after %d bytes", end)
                    .isFalse();
        }
        assertThat(counters.snapshot().refused(Socks5Refusal.NEGOTIATION_TIMEOUT))
                .isEqualTo(bytes.length);
    }
}
