package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.stream.UtpEnd;
import org.tunnel8.stream.UtpListener;
import org.tunnel8.stream.UtpStream;
import org.tunnel8.testing.EmbeddedNetwork;

/**
 * What connections through the proxy carry over three hops, the whole network in this process: one at a time, and many together. By
 * default a small share of it, with bounds that a busy machine keeps; {@code -Dtunnel8.connect=whole} asks for all.
 */
@Timeout(300)
class ConnectCostTest {
    private static final boolean WHOLE = "whole".equals(System.getProperty("tunnel8.connect"));
    private static final int STREAMS = WHOLE ? 1_000 : 60;
    private static final int STREAM_BYTES = 1 << 20;
    private static final long FAST_BYTES = WHOLE ? 256L << 20 : 16L << 20;
    private static final double LEAST_BYTES_PER_SECOND = WHOLE ? 25e6 : 2e6;
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static EmbeddedNetwork network;
    private static TunnelClient client;

    @BeforeAll
    static void start() throws Exception {
        network = EmbeddedNetwork.builder().relays(3).exits(1).build();
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client = TunnelClient.builder()
                .bind(network.clientAddress(0))
                .network(network.network())
                .hops(3)
                .minPeers(3)
                .build();
        client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client.whenReady(LIMIT).join();
    }

    @AfterAll
    static void stop() {
        client.close();
        network.close();
    }

    private static Socket connect(UtpPeer peer) throws IOException {
        Socket socket = new Socket(client.proxy());
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.connect(peer.address(), (int) LIMIT.toMillis());
        return socket;
    }

    /** What stands at a place of a stream that a peer sends. */
    private static byte at(long position, int seed) {
        return (byte) (position * 31 + (position >>> 11) + seed);
    }

    @Test
    void oneConnectionIsFastEachWay() throws Exception {
        try (UtpPeer sink = UtpPeer.serving(origin -> new Sink());
                Socket socket = connect(sink)) {
            byte[] piece = new byte[1 << 16];
            long start = System.nanoTime();
            OutputStream out = socket.getOutputStream();
            for (long sent = 0; sent < FAST_BYTES; sent += piece.length) {
                out.write(piece);
            }
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertFast("up", FAST_BYTES, start);
        }
        try (UtpPeer source = UtpPeer.serving(origin -> new Source(FAST_BYTES));
                Socket socket = connect(source)) {
            long start = System.nanoTime();
            socket.getOutputStream().write(1);
            long received = 0;
            byte[] piece = new byte[1 << 16];
            InputStream in = socket.getInputStream();
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                received += read;
            }
            assertThat(received).isEqualTo(FAST_BYTES);
            assertFast("down", FAST_BYTES, start);
        }
    }

    private static void assertFast(String way, long bytes, long startNanos) {
        double perSecond = bytes / ((System.nanoTime() - startNanos) / 1e9);
        System.out.printf("one connection over three hops, %s: %.1f MB/s%n", way, perSecond / 1e6);
        assertThat(perSecond).isGreaterThan(LEAST_BYTES_PER_SECOND);
    }

    @Test
    void manyConnectionsAtATimeCarryTheirBytes() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(STREAMS);
        CountDownLatch connected = new CountDownLatch(STREAMS);
        long start = System.nanoTime();
        try (UtpPeer source = UtpPeer.serving(origin -> new Source(STREAM_BYTES))) {
            List<Future<Boolean>> downloads = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                int seed = i;
                downloads.add(users.submit(() -> isRight(source, seed, connected)));
            }
            for (Future<Boolean> download : downloads) {
                assertThat(download.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            users.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%d connections of 1 MiB over three hops: %.1f s, heap %d MiB at the most%n",
                STREAMS, seconds, Runtime.getRuntime().maxMemory() >> 20);
        assertThat(seconds).isLessThan(LIMIT.toSeconds());
    }

    /** All are open before any asks for its bytes. */
    private static boolean isRight(UtpPeer source, int seed, CountDownLatch connected)
            throws IOException, InterruptedException {
        try (Socket socket = connect(source)) {
            connected.countDown();
            assertThat(connected.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            socket.getOutputStream().write(seed);
            byte[] piece = new byte[1 << 13];
            int received = 0;
            InputStream in = socket.getInputStream();
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                for (int i = 0; i < read; i++) {
                    if (piece[i] != at(received + i, (byte) seed)) {
                        return false;
                    }
                }
                received += read;
            }
            return received == STREAM_BYTES;
        }
    }

    /** Takes all and ends with the other side. */
    private static final class Sink implements UtpListener {
        private final byte[] piece = new byte[1 << 16];

        @Override
        public void onReadable(UtpStream stream) {
            int read = stream.read(piece, 0, piece.length);
            while (read > 0) {
                read = stream.read(piece, 0, piece.length);
            }
        }

        @Override
        public void onRemoteFinished(UtpStream stream) {
            onReadable(stream);
            stream.shutdownOutput();
        }

        @Override
        public void onEnded(UtpStream stream, UtpEnd end) {}
    }

    /** Sends its bytes, which depend on the byte that asks for them, and ends. */
    private static final class Source implements UtpListener {
        private final long bytes;
        private long sent;
        private boolean asked;
        private int seed;

        Source(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void onReadable(UtpStream stream) {
            byte[] one = new byte[1];
            if (!asked && stream.read(one, 0, 1) == 1) {
                asked = true;
                seed = one[0];
                onWritable(stream);
            }
        }

        @Override
        public void onWritable(UtpStream stream) {
            byte[] piece = new byte[1 << 13];
            while (asked && sent < bytes) {
                int length = (int) Math.min(bytes - sent, piece.length);
                for (int i = 0; i < length; i++) {
                    piece[i] = at(sent + i, seed);
                }
                int taken = stream.write(piece, 0, length);
                sent += Math.max(0, taken);
                if (taken < length) {
                    return;
                }
            }
            if (asked) {
                stream.shutdownOutput();
            }
        }

        @Override
        public void onEnded(UtpStream stream, UtpEnd end) {}
    }
}
