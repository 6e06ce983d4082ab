package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.proxy.PlayedStreams.PlayedStream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.transport.udp.TransportLoop;

/** Bytes between clients' TCP connections and streams, and how either side ends. */
@ParameterizedClass
@EnumSource(TransportLoop.Io.class)
@ExtendWith(LeakedBuffers.class)
class StreamRelayTest {
    private static final Socks5Settings OPEN = Socks5Settings.defaults();
    private static final Duration SHORT = Duration.ofSeconds(1);
    /** More than the system holds for both ends of a connection. */
    private static final int LARGE_BYTES = 32 << 20;
    /** What the system and the proxy hold of it at most: 256 KiB in each of the system's buffers, 48 KiB. */
    private static final long HELD_BYTES = 1 << 20;

    private final TransportLoop.Io io;
    private ProxyFixture proxy;
    private SocksClient client;
    private PlayedStream stream;

    StreamRelayTest(TransportLoop.Io io) {
        this.io = io;
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        proxy.close();
    }

    private void start(Socks5Settings settings) throws Exception {
        start(settings, Integer.MAX_VALUE);
    }

    private void start(Socks5Settings settings, int room) throws Exception {
        proxy = new ProxyFixture(settings, io);
        proxy.streams.firstRoom(room);
        client = proxy.connect();
        client.greet().askForStream();
        stream = proxy.streams.next().answer();
        client.expect(SocksClient.GRANTED);
    }

    private static byte[] pattern(int bytes) {
        byte[] pattern = new byte[bytes];
        new Random(bytes).nextBytes(pattern);
        return pattern;
    }

    private static CompletableFuture<Void> inBackground(SocksClient client, byte[] bytes, AtomicLong written) {
        return CompletableFuture.runAsync(() -> {
            try {
                for (int at = 0; at < bytes.length; at += 1 << 16) {
                    int end = Math.min(bytes.length, at + (1 << 16));
                    client.write(Arrays.copyOfRange(bytes, at, end));
                    written.addAndGet(end - at);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Waits until a count grows no more; returns it. */
    private static long settled(LongSupplier count) {
        long[] last = {-1};
        Awaitility.await()
                .atMost(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .pollInterval(200, TimeUnit.MILLISECONDS)
                .until(() -> {
                    long before = last[0];
                    last[0] = count.getAsLong();
                    return last[0] > 0 && last[0] == before;
                });
        return last[0];
    }

    private void assertAllIsGone() {
        eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
        assertThat(proxy.server.statistics().streams()).isZero();
    }

    @Test
    void carriesBytesBothWays() throws Exception {
        start(OPEN);
        client.write("question");
        eventually(() -> assertThat(stream.taken()).asString().isEqualTo("question"));
        stream.bring("answer".getBytes());
        assertThat(client.read(6)).asString().isEqualTo("answer");
        assertThat(proxy.server.statistics().streamBytesFromClients()).isEqualTo(8);
        assertThat(proxy.server.statistics().streamBytesToClients()).isEqualTo(6);
    }

    @Test
    void carriesMuchBothWaysAtOnce() throws Exception {
        start(OPEN, 100_000);
        byte[] up = pattern(8 << 20);
        byte[] down = pattern(9 << 20);
        CompletableFuture<Void> writing = inBackground(client, up, new AtomicLong());
        for (int at = 0; at < down.length; at += 1 << 20) {
            stream.bring(Arrays.copyOfRange(down, at, at + (1 << 20)));
        }
        assertThat(client.read(down.length)).isEqualTo(down);
        eventually(() -> {
            stream.makeRoom(1_000_001);
            assertThat(stream.takenBytes()).isEqualTo(up.length);
        });
        writing.get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(stream.taken()).isEqualTo(up);
    }

    @Test
    void holdsAClientBackWhileItsStreamTakesNothing() throws Exception {
        start(OPEN, 0);
        client.keepLittle();
        byte[] bytes = pattern(LARGE_BYTES);
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> writing = inBackground(client, bytes, written);
        assertThat(settled(written::get)).isLessThan(HELD_BYTES);
        assertThat(stream.takenBytes()).isZero();
        stream.makeRoom(Integer.MAX_VALUE);
        eventually(() -> assertThat(stream.takenBytes()).isEqualTo(bytes.length));
        assertThat(stream.taken()).isEqualTo(bytes);
        writing.get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test
    void readsAStreamNoFurtherThanItsClientReads() throws Exception {
        start(OPEN);
        client.keepLittle();
        byte[] bytes = pattern(LARGE_BYTES);
        stream.bring(bytes);
        assertThat(settled(stream::givenBytes)).isLessThan(HELD_BYTES);
        assertThat(client.read(bytes.length)).isEqualTo(bytes);
    }

    @Test
    void passesOnThatTheClientHasFinishedAndStillBringsTheAnswer() throws Exception {
        start(OPEN);
        client.write("all of it").finishSending();
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        assertThat(stream.taken()).asString().isEqualTo("all of it");
        stream.bring("still".getBytes()).finish();
        assertThat(client.readAll()).asString().isEqualTo("still");
        stream.end(StreamEnd.CLOSED);
        assertAllIsGone();
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void passesOnThatTheOtherSideHasFinishedAndStillTakesBytes() throws Exception {
        start(OPEN);
        stream.bring("all of it".getBytes()).finish();
        assertThat(client.readAll()).asString().isEqualTo("all of it");
        client.write("still");
        eventually(() -> assertThat(stream.taken()).asString().isEqualTo("still"));
        assertThat(stream.isFinished()).isFalse();
        client.finishSending();
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        stream.end(StreamEnd.CLOSED);
        assertAllIsGone();
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void finishesOnlyBehindBytesThatTheStreamHasNotTakenYet() throws Exception {
        start(OPEN, 0);
        byte[] bytes = pattern(100_000);
        client.write(bytes).finishSending();
        stream.makeRoom(50_000);
        eventually(() -> assertThat(stream.takenBytes()).isEqualTo(50_000));
        assertThat(stream.isFinished()).isFalse();
        stream.makeRoom(60_000);
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        assertThat(stream.taken()).isEqualTo(bytes);
    }

    @Test
    void takesAllOfAClientThatHasLeftWhileItWasHeldBack() throws Exception {
        start(OPEN, 0);
        byte[] bytes = pattern(2 << 20);
        client.write(bytes);
        client.close();
        for (int taken = 300_000; taken < bytes.length; taken += 300_000) {
            int expected = taken;
            stream.makeRoom(300_000);
            eventually(() -> assertThat(stream.takenBytes()).isEqualTo(expected));
            assertThat(stream.isFinished()).isFalse();
        }
        stream.makeRoom(300_000);
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        assertThat(stream.taken()).isEqualTo(bytes);
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void bringsTheRestOfAStreamThatHasEndedToAClientThatReadsLate() throws Exception {
        start(OPEN);
        client.finishSending();
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        byte[] bytes = pattern(LARGE_BYTES);
        stream.bringAndEnd(bytes, StreamEnd.CLOSED);
        eventually(() -> assertThat(proxy.server.statistics().streams()).isZero());
        byte[] read = client.readAll();
        assertThat(read).hasSize(bytes.length);
        assertThat(read).isEqualTo(bytes);
        assertAllIsGone();
    }

    @Test
    void closesProperlyWhenAStreamDoesThoughTheClientStillSends() throws Exception {
        start(OPEN);
        client.write(pattern(100_000));
        stream.bringAndEnd("bye".getBytes(), StreamEnd.CLOSED);
        client.write(pattern(100_000));
        assertThat(client.readAll()).asString().isEqualTo("bye");
        client.close();
        assertAllIsGone();
    }

    @Test
    void resetsTheClientWhenAStreamIsResetBehindWhatCameBefore() throws Exception {
        start(OPEN);
        byte[] bytes = pattern(60_000); // the system has all of it on the client's side at once
        stream.bringAndEnd(bytes, StreamEnd.RESET);
        assertThat(client.read(bytes.length)).isEqualTo(bytes);
        client.expectReset();
        assertAllIsGone();
    }

    @Test
    void givesTheClientAMomentToReadWhatCameBeforeAReset() throws Exception {
        start(OPEN);
        byte[] bytes = pattern(1 << 20);
        stream.bringAndEnd(bytes, StreamEnd.RESET);
        long begunNanos = System.nanoTime();
        try {
            assertThat(client.read(bytes.length)).isEqualTo(bytes);
        } catch (SocketException e) {
            assumeTrue(System.nanoTime() - begunNanos < 1_000_000_000L, "the machine was too slow to read in time");
            throw e;
        }
        client.expectReset();
    }

    @Test
    void resetsTheClientAlsoBehindAnEndThatItHasSeen() throws Exception {
        start(OPEN);
        stream.bring("all".getBytes()).finish();
        assertThat(client.readAll()).asString().isEqualTo("all");
        stream.end(StreamEnd.RESET);
        assertAllIsGone();
    }

    @Test
    void resetsTheClientAtOnceWhereNothingCameBefore() throws Exception {
        start(OPEN);
        stream.end(StreamEnd.MOVED);
        client.expectReset();
        assertAllIsGone();
    }

    @Test
    void resetsTheStreamWhenTheClientIsReset() throws Exception {
        start(OPEN);
        client.write("some");
        eventually(() -> assertThat(stream.takenBytes()).isEqualTo(4));
        client.reset();
        eventually(() -> assertThat(stream.isReset()).isTrue());
        assertAllIsGone();
        assertThat(stream.isFinished()).isFalse();
    }

    @Test
    void resetsTheStreamOfAClientThatLeavesWhileBytesCome() throws Exception {
        start(OPEN);
        client.close();
        eventually(() -> assertThat(stream.isFinished()).isTrue());
        stream.bring(pattern(1_000)).bring(pattern(1_000_000));
        eventually(() -> assertThat(stream.isReset()).isTrue());
        assertAllIsGone();
    }

    @Test
    void resetsTheStreamOfAClientThatLeavesWithBytesUnread() throws Exception {
        start(OPEN);
        stream.bring(pattern(LARGE_BYTES));
        settled(stream::givenBytes);
        client.close();
        eventually(() -> assertThat(stream.isReset()).isTrue());
        assertAllIsGone();
    }

    @Test
    void breaksAStreamOffOverWhichNothingGoes() throws Exception {
        start(OPEN.withIdleLimit(SHORT));
        stream.bring("once".getBytes());
        assertThat(client.read(4)).asString().isEqualTo("once");
        client.expectReset();
        eventually(() -> assertThat(stream.isReset()).isTrue());
        assertAllIsGone();
        assertThat(proxy.refused(Socks5Refusal.IDLE)).isEqualTo(1);
    }

    @Test
    void leavesAClientThatDoesNotTakeTheRestOfAStream() throws Exception {
        byte[] bytes = pattern(LARGE_BYTES);
        start(OPEN.withIdleLimit(SHORT));
        stream.bringAndEnd(bytes, StreamEnd.RESET);
        eventually(() -> assertThat(stream.givenBytes()).isEqualTo(LARGE_BYTES));
        assertAllIsGone();
    }

    @Test
    void losesNothingWhenItClosesWhileBytesWaitOnBothSides() throws Exception {
        start(OPEN, 0);
        CompletableFuture<Void> writing = inBackground(client, pattern(LARGE_BYTES), new AtomicLong());
        stream.bring(pattern(LARGE_BYTES));
        settled(stream::givenBytes);
        proxy.close();
        assertThat(stream.isReset()).isTrue();
        assertThat(proxy.server.statistics().streams()).isZero();
        assertThat(writing.handle((nothing, failure) -> failure)
                        .get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isNotNull();
    }
}
