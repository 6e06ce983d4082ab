package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.testing.EmbeddedNetwork;

/** Streams of the API, through a whole network on loopback to a peer that speaks uTP. */
@Timeout(120)
class TunnelSocketTest {
    private static final int PATIENCE_SECONDS = 60;

    private static EmbeddedNetwork network;
    private static TunnelClient client;

    @BeforeAll
    static void start() throws Exception {
        network = EmbeddedNetwork.builder().relays(3).exits(2).build();
        network.start().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        client = TunnelClient.builder()
                .bind(network.clientAddress(0))
                .network(network.network())
                .hops(3)
                .minPeers(4)
                .build();
        client.start().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        client.whenReady(Duration.ofSeconds(PATIENCE_SECONDS)).join();
    }

    @AfterAll
    static void stop() {
        client.close();
        network.close();
    }

    private static TunnelSocket connect(InetSocketAddress peer) throws Exception {
        return client.connect(peer).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    @Test
    void bytesGoThereAndBackAndEachSideEndsByItself() throws Exception {
        byte[] sent = noise(3_000_000);
        try (UtpPeer peer = UtpPeer.echoing();
                TunnelSocket socket = connect(peer.address())) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try (OutputStream out = socket.output()) {
                    out.write(sent);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            byte[] received = socket.input().readAllBytes();
            writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(Arrays.equals(received, sent)).isTrue();
            assertThat(socket.remote()).isEqualTo(peer.address());
        }
    }

    @Test
    void theAsynchronousFormMovesTheSameBytes() throws Exception {
        byte[] sent = noise(1_000_000);
        try (UtpPeer peer = UtpPeer.echoing();
                TunnelSocket socket = connect(peer.address())) {
            CompletableFuture<Void> written = socket.write(ByteBuffer.wrap(sent));
            ByteBuffer received = ByteBuffer.allocate(sent.length);
            while (received.hasRemaining()) {
                assertThat(socket.read(received).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .isPositive();
            }
            written.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            socket.shutdownOutput();
            assertThat(socket.read(ByteBuffer.allocate(1)).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isEqualTo(-1);
            assertThat(Arrays.equals(received.array(), sent)).isTrue();
        }
    }

    @Test
    void aPeerThatRefusesIsTold() throws Exception {
        try (UtpPeer peer = UtpPeer.refusing()) {
            assertThatThrownBy(() -> connect(peer.address()))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CONNECTION_REFUSED));
        }
    }

    @Test
    void aReadWaitsNoLongerThanItIsTold() throws Exception {
        try (UtpPeer peer = UtpPeer.echoing();
                TunnelSocket socket = connect(peer.address())) {
            socket.readTimeout(Duration.ofMillis(100));
            assertThatThrownBy(() -> socket.input().read()).isInstanceOf(SocketTimeoutException.class);
            socket.output().write(42);
            socket.readTimeout(Duration.ofSeconds(PATIENCE_SECONDS));
            assertThat(socket.input().read()).isEqualTo(42);
        }
    }

    @Test
    void librariesGetSocketsFromAFactory() throws Exception {
        try (UtpPeer peer = UtpPeer.echoing();
                Socket socket = client.socketFactory(FlowOptions.standard()).createSocket()) {
            assertThat(socket.isConnected()).isFalse();
            socket.connect(peer.address(), PATIENCE_SECONDS * 1_000);
            socket.setSoTimeout(PATIENCE_SECONDS * 1_000);
            assertThat(socket.isConnected()).isTrue();
            assertThat(socket.getRemoteSocketAddress()).isEqualTo(peer.address());
            InputStream in = socket.getInputStream();
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readNBytes(5)).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            assertThat(in.read()).isEqualTo(-1);
        }
        try (UtpPeer peer = UtpPeer.refusing()) {
            assertThatThrownBy(() -> client.socketFactory(FlowOptions.standard())
                            .createSocket(
                                    peer.address().getAddress(), peer.address().getPort()))
                    .isInstanceOf(ConnectException.class)
                    .hasCauseInstanceOf(TunnelException.class);
        }
    }

    @Test
    void javaReachesPeersThroughTheProxy() throws Exception {
        byte[] sent = noise(500_000);
        try (UtpPeer peer = UtpPeer.echoing();
                Socket socket = new Socket(client.proxy())) {
            socket.connect(peer.address(), PATIENCE_SECONDS * 1_000);
            socket.setSoTimeout(PATIENCE_SECONDS * 1_000);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            byte[] received = socket.getInputStream().readAllBytes();
            writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(Arrays.equals(received, sent)).isTrue();
        }
    }

    @Test
    void brokenOffStreamsSaySo() throws Exception {
        try (UtpPeer peer = UtpPeer.echoing()) {
            TunnelSocket socket = connect(peer.address());
            socket.abort();
            assertThat(socket.isClosed()).isTrue();
            assertThatThrownBy(() -> socket.output().write(1)).isInstanceOf(IOException.class);
            assertThat(socket.input().read()).isEqualTo(-1);
        }
    }
}
