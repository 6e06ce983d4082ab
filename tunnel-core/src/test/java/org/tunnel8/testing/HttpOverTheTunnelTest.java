package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.HttpReply;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;

/** HTTP exchanges through an embedded network, on real sockets, with a real server outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpOverTheTunnelTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SMALL = "d8:intervali1800e5:peers6:abcdefe";
    private static final String LARGE = "d5:peers60000:" + "p".repeat(60_000) + "e";

    private final EmbeddedNetwork network = EmbeddedNetwork.builder().build();
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private HttpServer server;

    /** A request as the server saw it. */
    private record Seen(String line, Map<String, List<String>> headers, InetAddress from) {}

    @BeforeAll
    void start() throws Exception {
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/announce", exchange -> answer(exchange, 200, SMALL, true));
        server.createContext("/chunked", exchange -> answer(exchange, 200, LARGE, false));
        server.createContext("/large", exchange -> answer(exchange, 200, LARGE, true));
        server.createContext("/failure", exchange -> answer(exchange, 400, "d14:failure reason2:noe", true));
        server.createContext("/page", exchange -> answer(exchange, 200, "<html>no</html>", true));
        server.createContext("/redirect", exchange -> {
            exchange.getResponseHeaders().add("Location", "http://elsewhere.example/announce");
            answer(exchange, 307, "", true);
        });
        server.start();
    }

    @AfterAll
    void stop() {
        server.stop(0);
        network.close();
    }

    private void answer(HttpExchange exchange, int status, String body, boolean hasLength) throws IOException {
        seen.add(new Seen(
                exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                new TreeMap<>(exchange.getRequestHeaders()),
                exchange.getRemoteAddress().getAddress()));
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : hasLength ? bytes.length : 0);
        try (exchange) {
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private TunnelClient client(int hops) {
        TunnelClient client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(hops)
                .minPeers(4)
                .build();
        client.start().join();
        client.whenReady(LIMIT).join();
        return client;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void answersComeBackWhole(int hops) throws Exception {
        try (TunnelClient client = client(hops)) {
            HttpReply small =
                    client.http(uri("/announce?info_hash=%01%ff&port=1")).get(30, TimeUnit.SECONDS);
            assertThat(small.status()).isEqualTo(200);
            assertThat(small.body()).asString().isEqualTo(SMALL);
            Seen request = seen.take();
            assertThat(request.line()).isEqualTo("GET /announce?info_hash=%01%ff&port=1");
            assertThat(request.headers().keySet()).containsExactlyInAnyOrder("Host", "User-agent", "Connection");
            assertThat(request.from()).isNotEqualTo(network.clientAddress(1));

            HttpReply large = client.http(uri("/large")).get(30, TimeUnit.SECONDS);
            assertThat(large.body()).asString().isEqualTo(LARGE);
            HttpReply chunked = client.http(uri("/chunked")).get(30, TimeUnit.SECONDS);
            assertThat(chunked.body()).asString().isEqualTo(LARGE);
            HttpReply redirect = client.http(uri("/redirect")).get(30, TimeUnit.SECONDS);
            assertThat(redirect.status()).isEqualTo(307);
            assertThat(redirect.header("location")).contains("http://elsewhere.example/announce");
            HttpReply failure = client.http(uri("/failure")).get(30, TimeUnit.SECONDS);
            assertThat(failure.status()).isEqualTo(400);
            seen.clear();
        }
    }

    @Test
    void manyExchangesAtATimeAreServedFiveToACircuit() {
        try (TunnelClient client = client(2)) {
            List<CompletableFuture<HttpReply>> replies = IntStream.range(0, 40)
                    .mapToObj(i -> client.http(uri("/announce?" + i)))
                    .toList();
            assertThat(replies)
                    .allSatisfy(reply ->
                            assertThat(reply.get(30, TimeUnit.SECONDS).status()).isEqualTo(200));
            seen.clear();
        }
    }

    @Test
    void aPageIsNotPassed() {
        try (TunnelClient client = client(1)) {
            assertThatThrownBy(() ->
                            client.http(uri("/page"), Duration.ofSeconds(3)).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(TunnelException.Kind.HTTP_UNANSWERED));
        }
    }

    @Test
    void closingTheClientEndsItsExchanges() {
        CompletableFuture<HttpReply> reply;
        TunnelClient client = client(1);
        try (client) {
            reply = client.http(uri("/page"));
        }
        assertThatThrownBy(() -> reply.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(TunnelException.Kind.CLOSED));
        assertThatThrownBy(() -> client.http(uri("/announce")))
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(TunnelException.Kind.CLOSED));
    }
}
