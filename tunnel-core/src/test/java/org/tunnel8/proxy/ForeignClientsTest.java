package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.io.File;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.proxy.PlayedExchanges.Exchange;
import org.tunnel8.proxy.PlayedStreams.PlayedStream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;

/** Clients that others wrote ask for streams and names. */
class ForeignClientsTest {
    /** curl: "proxy handshake error". */
    private static final int CURL_PROXY_ERROR = 97;
    /** curl: "a problem occurred somewhere in the SSL/TLS handshake". */
    private static final int CURL_TLS_ERROR = 35;

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 8080);
    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nd1:ae";

    private ProxyFixture proxy;

    private record Finished(int exit, String output) {}

    @BeforeEach
    void start() throws Exception {
        proxy = new ProxyFixture(Socks5Settings.defaults());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
    }

    private Socket javaSocket() throws SocketException {
        Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy.server.address()));
        socket.setSoTimeout(SocksClient.PATIENCE_MILLIS);
        return socket;
    }

    private CompletableFuture<PlayedStream> nextStream() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return proxy.streams.next();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void javaHasAStream() throws Exception {
        try (Socket socket = javaSocket()) {
            CompletableFuture<PlayedStream> answered = nextStream().thenApply(PlayedStream::answer);
            socket.connect(PEER);
            PlayedStream stream = answered.get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(stream.target()).isEqualTo(Address.parse("192.0.2.1", 8080));
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            eventually(() -> assertThat(stream.isFinished()).isTrue());
            assertThat(stream.taken()).asString().isEqualTo("hello");
            stream.bring("world".getBytes(StandardCharsets.US_ASCII)).finish().end(StreamEnd.CLOSED);
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("world");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RESET, Connection refused",
        "UNANSWERED, Host unreachable",
        "NO_CIRCUIT, SOCKS server general failure",
    })
    void javaIsToldWhyItHasNone(StreamEnd why, String message) throws Exception {
        proxy.streams.refuseAll(why);
        try (Socket socket = javaSocket()) {
            assertThatThrownBy(() -> socket.connect(PEER))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void javaAsksForAName() throws Exception {
        try (Socket socket = javaSocket()) {
            socket.connect(InetSocketAddress.createUnresolved("tracker.example", 80));
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            proxy.exchanges.next().answer(ANSWER);
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo(ANSWER);
        }
    }

    @Test
    void curlHasAStream() throws Exception {
        CompletableFuture<Finished> curl = curl("--socks5", "http://192.0.2.1:8080/announce");
        PlayedStream stream = proxy.streams.next().answer();
        eventually(() -> assertThat(stream.taken())
                .asString()
                .startsWith("GET /announce HTTP/1.1\r\n")
                .endsWith("\r\n\r\n"));
        stream.bring(ANSWER.getBytes(StandardCharsets.US_ASCII));
        assertThat(finished(curl)).isEqualTo(new Finished(0, "d1:ae"));
    }

    @Test
    void curlIsToldThatItIsRefused() throws Exception {
        proxy.streams.refuseAll(StreamEnd.RESET);
        Finished curl = finished(curl("--socks5", "http://192.0.2.1:8080/"));
        assertThat(curl.exit()).as(curl.output()).isEqualTo(CURL_PROXY_ERROR);
        assertThat(curl.output()).contains("(5)");
        assertThat(proxy.refused(Socks5Refusal.STREAM_RESET)).isEqualTo(1);
    }

    @Test
    void curlAsksForAName() throws Exception {
        CompletableFuture<Finished> curl = curl("--socks5-hostname", "http://tracker.example/announce");
        Exchange exchange = proxy.exchanges.next();
        assertThat(exchange.target()).isEqualTo(new HostAddress("tracker.example", 80));
        assertThat(exchange.request()).startsWith("GET /announce HTTP/1.1\r\nHost: tracker.example\r\n");
        exchange.answer(ANSWER);
        assertThat(finished(curl)).isEqualTo(new Finished(0, "d1:ae"));
    }

    @Test
    void curlWithAnAddressAsNameHasAStream() throws Exception {
        CompletableFuture<Finished> curl = curl("--socks5-hostname", "http://192.0.2.1:8080/");
        PlayedStream stream = proxy.streams.next().answer();
        stream.bring(ANSWER.getBytes(StandardCharsets.US_ASCII));
        assertThat(finished(curl).exit()).isZero();
    }

    @Test
    void curlHasNoTlsToAName() throws Exception {
        Finished curl = finished(curl("--socks5-hostname", "https://tracker.example/"));
        assertThat(curl.exit()).as(curl.output()).isEqualTo(CURL_TLS_ERROR);
        assertThat(proxy.refused(Socks5Refusal.NOT_HTTP)).isEqualTo(1);
        assertThat(proxy.exchanges.isAsked()).isFalse();
    }

    private CompletableFuture<Finished> curl(String option, String uri) throws Exception {
        assumeTrue(onPath("curl"), "curl is not installed");
        InetSocketAddress address = proxy.server.address();
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-sS", "--max-time", "10", "--noproxy", ""));
        command.addAll(List.of(option, "127.0.0.1:" + address.getPort(), uri));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        return CompletableFuture.supplyAsync(() -> {
            try {
                String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Finished(curl.waitFor(), output);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Finished finished(CompletableFuture<Finished> curl) throws Exception {
        return curl.get(2L * SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
