package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.HttpReply;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;
import org.tunnel8.interop.MixedNetwork.Make;

/** HTTP exchanges: our client through py-ipv8's exits, and theirs through ours. */
@RequiresIpv8
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpExchangesTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String ANSWER = "d5:peers20000:" + "p".repeat(20_000) + "e";

    private HttpServer server;

    @BeforeAll
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve("/announce", ANSWER);
        serve("/page", "<html>no</html>");
        server.start();
    }

    private void serve(String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
    }

    @AfterAll
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void ourClientIsAnsweredThroughTheirExits(int hops) throws Exception {
        try (MixedNetwork network = MixedNetwork.builder().theirs(4, 2).start();
                TunnelClient client = TunnelClient.builder()
                        .bind(InetAddress.getLoopbackAddress())
                        .network(network.network())
                        .hops(hops)
                        .minPeers(4)
                        .build()) {
            client.start().join();
            client.whenReady(READY).join();

            HttpReply reply = client.http(uri("/announce")).get(30, TimeUnit.SECONDS);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).asString().isEqualTo(ANSWER);
            assertThatThrownBy(() ->
                            client.http(uri("/page"), Duration.ofSeconds(2)).get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            TunnelException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(TunnelException.Kind.HTTP_UNANSWERED));
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theirClientIsAnsweredThroughOurExits(int hops) {
        try (MixedNetwork network =
                MixedNetwork.builder().bootstrap(Make.OURS).ours(4, 2).start()) {
            PythonHost client = network.startTheirClient("client");
            long circuit = client.callForObject("build", "name", "client", "hops", hops)
                    .get("circuit")
                    .getAsLong();

            JsonObject answered = ask(client, circuit, "/announce");
            assertThat(answered.get("head").getAsString()).startsWith("HTTP/1.1 200 OK");
            assertThat(answered.get("body").getAsString()).isEqualTo(ANSWER);
            assertThatThrownBy(() -> ask(client, circuit, "/page")).hasMessageContaining("TimeoutError");
        }
    }

    private JsonObject ask(PythonHost client, long circuit, String path) {
        int port = server.getAddress().getPort();
        return client.callForObject(
                "http", "name", "client", "circuit", circuit, "port", port, "path", path, "limit", 5.0);
    }
}
