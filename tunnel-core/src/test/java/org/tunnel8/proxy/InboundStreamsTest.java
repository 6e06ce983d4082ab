package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tunnel8.proxy.PlayedStreams.PlayedStream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;

/** Streams that peers begin, as the application sees them: connections to its TCP port. */
@ExtendWith(LeakedBuffers.class)
class InboundStreamsTest {
    private static final int LARGE_BYTES = 32 << 20;

    private ServerSocket application;
    private ProxyFixture proxy;

    @BeforeEach
    void listen() throws IOException {
        application = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        application.setSoTimeout(SocksClient.PATIENCE_MILLIS);
    }

    @AfterEach
    void stop() throws Exception {
        application.close();
        proxy.close();
    }

    private PlayedStream start(Socks5Settings settings) throws Exception {
        InetSocketAddress address = (InetSocketAddress) application.getLocalSocketAddress();
        proxy = new ProxyFixture(settings.withInbound(address));
        proxy.streams.offer();
        return proxy.streams.next();
    }

    private PlayedStream start() throws Exception {
        return start(Socks5Settings.defaults());
    }

    private Socket accept() throws IOException {
        Socket socket = application.accept();
        socket.setSoTimeout(SocksClient.PATIENCE_MILLIS);
        return socket;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What a stream brings is lost if it ends before the proxy has seen the connection. */
    private void awaitRelay() {
        eventually(() -> assertThat(proxy.server.statistics().streams()).isEqualTo(1));
    }

    private void assertNoStreamIsLeft() {
        eventually(() -> assertThat(proxy.server.statistics().streams()).isZero());
    }

    @Test
    void carriesBytesBothWaysAndEachEnd() throws Exception {
        PlayedStream stream = start().answer().bring(ascii("handshake")).finish();
        try (Socket socket = accept()) {
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("handshake");
            socket.getOutputStream().write(ascii("answer"));
            socket.shutdownOutput();
            eventually(() -> assertThat(stream.isFinished()).isTrue());
            assertThat(stream.taken()).asString().isEqualTo("answer");
            stream.end(StreamEnd.CLOSED);
            assertNoStreamIsLeft();
        }
    }

    @Test
    void bringsWhatComesLongAfterTheConnection() throws Exception {
        PlayedStream stream = start();
        try (Socket socket = accept()) {
            socket.getOutputStream().write(ascii("first"));
            stream.answer().bring(ascii("second"));
            assertThat(socket.getInputStream().readNBytes(6)).asString().isEqualTo("second");
            eventually(() -> assertThat(stream.taken()).asString().isEqualTo("first"));
        }
        eventually(() -> assertThat(stream.isFinished()).isTrue());
    }

    @Test
    void breaksAStreamOffWhereNobodyListens() throws Exception {
        application.close();
        proxy = new ProxyFixture(
                Socks5Settings.defaults().withInbound((InetSocketAddress) application.getLocalSocketAddress()));
        proxy.streams.offer();
        eventually(() ->
                assertThat(proxy.refused(Socks5Refusal.INBOUND_UNREACHABLE)).isEqualTo(1));
        assertNoStreamIsLeft();
    }

    @Test
    void resetsTheConnectionWithTheStream() throws Exception {
        PlayedStream stream = start().answer().bring(ascii("first"));
        try (Socket socket = accept()) {
            assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("first");
            stream.bringAndEnd(ascii("last"), StreamEnd.RESET);
            assertThat(socket.getInputStream().readNBytes(4)).asString().isEqualTo("last");
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertNoStreamIsLeft();
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void closesTheConnectionOfAStreamThatEndedBeforeItWasThere() throws Exception {
        PlayedStream stream = start().end(StreamEnd.RESET);
        try (Socket socket = accept()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertNoStreamIsLeft();
        assertThat(stream.isReset()).isFalse();
    }

    @Test
    void resetsTheStreamWithTheConnection() throws Exception {
        PlayedStream stream = start().answer();
        try (Socket socket = accept()) {
            socket.setSoLinger(true, 0);
        }
        eventually(() -> assertThat(stream.isReset()).isTrue());
        assertNoStreamIsLeft();
    }

    @Test
    void leavesAnApplicationThatDoesNotTakeTheRest() throws Exception {
        PlayedStream stream = start(Socks5Settings.defaults().withIdleLimit(Duration.ofSeconds(1)));
        try (Socket socket = accept()) {
            awaitRelay();
            stream.answer().bringAndEnd(new byte[LARGE_BYTES], StreamEnd.CLOSED);
            eventually(() -> assertThat(proxy.refused(Socks5Refusal.IDLE)).isEqualTo(1));
            assertThat(readToTheEnd(socket)).isLessThan(LARGE_BYTES);
        }
    }

    @Test
    void endsAllWhenItClosesAndTakesNoMore() throws Exception {
        PlayedStream stream = start().answer();
        try (Socket socket = accept()) {
            proxy.server.close();
            eventually(() -> assertThat(stream.isReset()).isTrue());
            assertThatThrownBy(() -> {
                        int end = socket.getInputStream().read();
                        throw new SocketException("ended with " + end);
                    })
                    .isInstanceOf(SocketException.class);
        }
        assertThat(proxy.streams.isAccepting()).isFalse();
        assertNoStreamIsLeft();
    }

    @Test
    void endsConnectionsTooWhoseStreamsHaveEndedBefore() throws Exception {
        PlayedStream stream = start();
        try (Socket socket = accept()) {
            awaitRelay();
            stream.answer().bringAndEnd(new byte[LARGE_BYTES], StreamEnd.CLOSED);
            eventually(() ->
                    assertThat(proxy.server.statistics().streamBytesToClients()).isEqualTo(LARGE_BYTES));
            proxy.close();
            assertThat(readToTheEnd(socket)).isLessThan(LARGE_BYTES);
        }
    }

    private static int readToTheEnd(Socket socket) throws IOException {
        int read = 0;
        byte[] buffer = new byte[1 << 16];
        try {
            for (int now = 0; now >= 0; now = socket.getInputStream().read(buffer)) {
                read += now;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return read;
    }

    @Test
    void takesNothingWhereNoApplicationIsNamed() throws Exception {
        proxy = new ProxyFixture(Socks5Settings.defaults());
        assertThat(proxy.streams.isAccepting()).isFalse();
        proxy.streams.offer();
        eventually(() -> assertThat(proxy.streams.refused()).isEqualTo(1));
    }

    @Test
    void takesNothingIfItCannotListen() throws Exception {
        proxy = new ProxyFixture(Socks5Settings.defaults());
        Socks5Settings settings = Socks5Settings.defaults()
                .withListen(proxy.server.address())
                .withInbound((InetSocketAddress) application.getLocalSocketAddress());
        assertThatThrownBy(() -> Socks5Server.start(proxy.loop, settings, proxy.tunnels())
                        .join())
                .hasCauseInstanceOf(IOException.class);
        assertThat(proxy.streams.isAccepting()).isFalse();
    }
}
