package org.tunnel8.examples.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the monitor's page is shown to, and how, over real connections. */
@Timeout(60)
class MonitorTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static URI page(Monitor monitor, String name) {
        return URI.create(monitor.url()).resolve(name);
    }

    @Test
    void thePageAndAllThatItNeedsComeFromHere() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            RawHttp page = RawHttp.get(page(monitor, ""));
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.headers()).containsEntry("content-type", "text/html; charset=utf-8");
            assertThat(page.body()).contains("<title>Tunnel8 monitor</title>").doesNotContain("http://", "https://");
            Map<String, String> types = Map.of(
                    "page.css", "text/css",
                    "page.js", "text/javascript",
                    "uplot.css", "text/css",
                    "uplot.js", "text/javascript",
                    "icon.svg", "image/svg+xml",
                    "status.json", "application/json",
                    "history.json", "application/json",
                    "metrics", "text/plain");
            for (Map.Entry<String, String> each : types.entrySet()) {
                RawHttp answer = RawHttp.get(page(monitor, each.getKey()));
                assertThat(answer.status()).as(each.getKey()).isEqualTo(200);
                assertThat(answer.headers().get("content-type"))
                        .as(each.getKey())
                        .startsWith(each.getValue());
            }
        }
    }

    @Test
    void withoutTheTokenEverythingIsTheSameNothing() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test");
                Monitor other = Monitor.open(ANY_PORT, "test")) {
            String token = page(monitor, "").getPath().replace("/", "");
            assertThat(token).matches("[A-Za-z0-9_-]{22}");
            String foreign = page(other, "").getPath().replace("/", "");
            assertThat(foreign).isNotEqualTo(token);
            RawHttp nothing = RawHttp.get(page(monitor, "no-such-thing"));
            assertThat(nothing.status()).isEqualTo(404);
            for (String path : List.of(
                    "/",
                    "/status.json",
                    "/" + token,
                    "/" + foreign + "/",
                    "/" + foreign + "/status.json",
                    "/" + token.substring(1) + "/",
                    "/" + token + "x/status.json",
                    "/" + token.toLowerCase(java.util.Locale.ROOT) + "./",
                    "//" + token + "/",
                    "/x/../" + token + "/",
                    "/" + token + "/../metrics")) {
                RawHttp answer = RawHttp.send(
                        page(monitor, "").getPort(),
                        "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
                assertThat(answer).as(path).isEqualTo(nothing);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attacker.example",
                "127.0.0.1.attacker.example",
                "localhost.attacker.example:80",
                "192.0.2.1",
                ""
            })
    void aNameThatWasMadeToLeadHereIsRefused(String host) throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            assertThat(RawHttp.ask("GET", page(monitor, ""), host).status()).isEqualTo(403);
            assertThat(RawHttp.ask("GET", page(monitor, "/metrics"), host).status())
                    .isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.9:8080", "[::1]", "[::1]:90"})
    void thisMachineMayBeNamedInEveryWay(String host) throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            assertThat(RawHttp.ask("GET", page(monitor, ""), host).status()).isEqualTo(200);
        }
    }

    @Test
    void severalHostsOrNoneAreRefused() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            URI page = page(monitor, "");
            String line = "GET " + page.getPath() + " HTTP/1.1\r\n";
            assertThat(RawHttp.send(page.getPort(), line + "Connection: close\r\n\r\n")
                            .status())
                    .isEqualTo(403);
            assertThat(RawHttp.send(
                                    page.getPort(),
                                    line + "Host: localhost\r\nHost: attacker.example\r\nConnection: close\r\n\r\n")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void answersMayNotBeKeptFramedOrReadByOtherPages() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            for (String name : List.of("", "status.json", "no-such-thing")) {
                RawHttp answer = RawHttp.get(page(monitor, name));
                assertThat(answer.headers())
                        .as(name)
                        .containsEntry("cache-control", "no-store")
                        .containsEntry("x-content-type-options", "nosniff")
                        .containsEntry("referrer-policy", "no-referrer")
                        .containsEntry("cross-origin-resource-policy", "same-origin")
                        .doesNotContainKey("access-control-allow-origin");
                assertThat(answer.headers().get("content-security-policy"))
                        .contains(
                                "default-src 'none'",
                                "script-src 'self'",
                                "style-src 'self'",
                                "connect-src 'self'",
                                "img-src 'self' data:",
                                "frame-ancestors 'none'")
                        .doesNotContain("unsafe");
            }
        }
    }

    @Test
    void itIsThereForLookingOnly() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            URI page = page(monitor, "page.css");
            for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")) {
                RawHttp answer = RawHttp.ask(method, page, "localhost");
                assertThat(answer.status()).as(method).isEqualTo(405);
                assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
            }
            RawHttp head = RawHttp.ask("HEAD", page, "localhost");
            RawHttp get = RawHttp.ask("GET", page, "localhost");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            assertThat(head.headers()).isEqualTo(get.headers());
        }
    }

    @Test
    void prometheusNeedsNoTokenOnALoopbackAddress() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            monitor.registry().counter("tunnel8.test").increment();
            assertThat(monitor.isLocal()).isTrue();
            for (String path : List.of("/metrics", "metrics")) {
                RawHttp answer = RawHttp.get(page(monitor, path));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.headers().get("content-type")).startsWith("text/plain; version=0.0.4");
                assertThat(answer.body()).contains("tunnel8_test_total 1.0");
            }
        }
    }

    @Test
    void prometheusNeedsTheTokenWhereOtherMachinesCanAsk() throws IOException {
        try (Monitor monitor = Monitor.open(new InetSocketAddress("0.0.0.0", 0), "test")) {
            assertThat(monitor.isLocal()).isFalse();
            assertThat(monitor.url()).startsWith("http://127.0.0.1:");
            assertThat(RawHttp.get(page(monitor, "/metrics")).status()).isEqualTo(404);
            assertThat(RawHttp.get(page(monitor, "metrics")).status()).isEqualTo(200);
            assertThat(RawHttp.ask("GET", page(monitor, ""), "192.0.2.1:8080").status())
                    .isEqualTo(200);
            assertThat(RawHttp.ask("GET", page(monitor, ""), "attacker.example").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void whatIsNoRequestEndsTheConnection() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            int port = page(monitor, "").getPort();
            String long1 = "x".repeat(PageServer.MOST_LINE_BYTES);
            String long2 = "x".repeat(PageServer.MOST_HEADER_BYTES);
            for (String request : List.of(
                    "GET /" + long1 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + long2 + "\r\n\r\n",
                    "\u0016\u0003\u0001\u0002 hello\r\n\r\n\r\n")) {
                assertThat(RawHttp.send(port, request).status()).isEqualTo(400);
            }
            RawHttp large = RawHttp.send(
                    port, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n");
            assertThat(large.status()).isEqualTo(413);
            assertThat(RawHttp.get(page(monitor, "")).status())
                    .as("the next one")
                    .isEqualTo(200);
        }
    }

    @Test
    void aSlowRequestIsNotWaitedForAndTooManyConnectionsAreClosed() throws IOException {
        AccessToken token = AccessToken.random();
        try (Sampler sampler = new Sampler("test");
                PageServer server = PageServer.start(
                        ANY_PORT, token, new Site(sampler, () -> new byte[0]), Duration.ofMillis(300))) {
            int port = URI.create(server.url()).getPort();
            try (Socket slow = RawHttp.open(port)) {
                slow.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
                assertThat(slow.getInputStream().read()).as("the end").isEqualTo(-1);
            }
        }
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            URI page = page(monitor, "");
            List<Socket> idle = new ArrayList<>();
            try {
                for (int i = 0; i < PageServer.MOST_CONNECTIONS; i++) {
                    idle.add(RawHttp.open(page.getPort()));
                }
                // The server takes them one after the other; those before are counted when this one is taken.
                try (Socket oneMore = RawHttp.open(page.getPort())) {
                    assertThat(oneMore.getInputStream().read()).as("the end").isEqualTo(-1);
                }
            } finally {
                for (Socket socket : idle) {
                    socket.close();
                }
            }
            await().atMost(Duration.ofSeconds(10))
                    .ignoreExceptions()
                    .until(() -> RawHttp.get(page).status() == 200);
        }
    }

    @Test
    void whoAsksOnWithoutReadingIsCutOff() throws IOException {
        try (Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            URI page = page(monitor, "uplot.js");
            byte[] request = ("GET " + page.getPath() + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            try (Socket socket = RawHttp.open(page.getPort())) {
                assertThatThrownBy(() -> {
                            // 140 kB of answer for each 60 bytes: buffers of both sides are full long before the end.
                            for (int i = 0; i < 100_000; i++) {
                                socket.getOutputStream().write(request);
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aTakenPortIsToldInOneSentence() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            assertThatThrownBy(() -> Monitor.open(address, "test"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "the monitor's address 127.0.0.1:" + taken.getLocalPort() + " cannot be bound");
        }
    }

    @Test
    void closingEndsConnectionsPortAndThreads() throws IOException {
        Monitor monitor = Monitor.open(ANY_PORT, "closing");
        URI page = page(monitor, "");
        try (Socket open = RawHttp.open(page.getPort())) {
            assertThat(RawHttp.get(page).status()).isEqualTo(200);
            monitor.close();
            monitor.close();
            assertThat(open.getInputStream().read()).as("the end").isEqualTo(-1);
        }
        assertThatThrownBy(() -> RawHttp.get(page)).isInstanceOf(ConnectException.class);
        // Threads of other tests' monitors are gone too: each closes its own.
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("monitor-")));
    }
}
