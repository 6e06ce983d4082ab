package org.tunnel8.examples.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.DirectConsent;
import org.tunnel8.DirectLease;
import org.tunnel8.TunnelClient;
import org.tunnel8.testing.EmbeddedNetwork;

/** What the monitor tells of a client and of nodes, and that it names nobody. */
@Timeout(120)
class MonitorViewTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** An IPv4 address, an IPv6 address, or as many hexadecimal digits as a mid or a key has. */
    private static final Pattern NAMES_SOMEBODY = Pattern.compile(
            "\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{1,4}){3,}|::[0-9a-f]|[0-9a-f]{16,}",
            Pattern.CASE_INSENSITIVE);

    private static JsonObject ask(Monitor monitor, String name) throws IOException {
        return JsonParser.parseString(
                        RawHttp.get(URI.create(monitor.url()).resolve(name)).body())
                .getAsJsonObject();
    }

    private static void assertNamesNobody(JsonObject json) {
        JsonObject others = json.deepCopy();
        others.remove("listening");
        assertThat(others.toString()).doesNotContainPattern(NAMES_SOMEBODY);
    }

    @Test
    void aClientIsShownWithItsCircuitsAndPeersByLabelsAlone() throws IOException {
        try (EmbeddedNetwork network =
                        EmbeddedNetwork.builder().relays(3).exits(2).build();
                Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            network.start().join();
            JsonObject before = ask(monitor, "status.json");
            assertThat(before.get("kind").getAsString()).isEqualTo("nothing");
            assertThat(before.get("sentence").getAsString()).isEqualTo("Starting.");
            TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(2)
                    .minPeers(5)
                    .metrics(monitor.registry())
                    .build();
            try (client) {
                monitor.watch(client);
                client.start().join();
                client.whenReady(LIMIT).join();
                await().atMost(LIMIT)
                        .until(() -> ask(monitor, "status.json")
                                .get("state")
                                .getAsString()
                                .equals("READY"));
                JsonObject status = ask(monitor, "status.json");
                assertThat(status.get("command").getAsString()).isEqualTo("test");
                assertThat(status.get("sentence").getAsString()).matches("Ready: [1-8] circuits? can carry traffic\\.");
                assertThat(status.getAsJsonArray("listening").get(0).toString())
                        .contains(
                                "SOCKS5 proxy",
                                "127.0.0.1",
                                String.valueOf(client.socks5().address().getPort()));
                JsonObject circuit = null;
                for (JsonElement each : status.getAsJsonArray("circuits")) {
                    if (each.getAsJsonObject().get("role").getAsString().equals("primary")) {
                        circuit = each.getAsJsonObject();
                    }
                }
                assertThat(circuit).isNotNull();
                assertThat(circuit.get("state").getAsString()).isEqualTo("ready");
                assertThat(circuit.get("number").getAsLong()).isPositive();
                assertThat(circuit.get("goalHops").getAsInt()).isEqualTo(2);
                Set<String> labels = new HashSet<>();
                for (JsonElement peer : status.getAsJsonObject("peers").getAsJsonArray("table")) {
                    assertThat(peer.getAsJsonObject().keySet())
                            .containsExactly(
                                    "label",
                                    "roles",
                                    "confirmed",
                                    "reachable",
                                    "roundTripMillis",
                                    "standing",
                                    "knownSeconds");
                    labels.add(peer.getAsJsonObject().get("label").getAsString());
                }
                assertThat(circuit.getAsJsonArray("hops"))
                        .hasSize(2)
                        .allSatisfy(hop -> assertThat(labels).contains(hop.getAsString()));
                assertThat(status.getAsJsonObject("direct").get("allowed").getAsBoolean())
                        .isFalse();
                assertThat(status.getAsJsonObject("nat").get("sentence").getAsString())
                        .isNotEmpty();
                assertNamesNobody(status);
                String metrics = RawHttp.get(URI.create(monitor.url()).resolve("/metrics"))
                        .body();
                assertThat(metrics)
                        .contains("tunnel8_peers{", "tunnel8_packets_total{", "tunnel8_drops_total{")
                        .doesNotContainPattern(NAMES_SOMEBODY);

                DirectLease lease =
                        client.directConnections(DirectConsent.userAcceptsIpExposure(Duration.ofMinutes(1)));
                await().atMost(LIMIT).until(() -> isDirectAllowed(monitor));
                lease.revoke();
                await().atMost(LIMIT).until(() -> !isDirectAllowed(monitor));

                await().atMost(LIMIT)
                        .until(() -> ask(monitor, "history.json")
                                        .getAsJsonArray("samples")
                                        .size()
                                >= 3);
                JsonObject history = ask(monitor, "history.json");
                assertNamesNobody(history);
                assertThat(history.getAsJsonArray("samples")
                                .get(2)
                                .getAsJsonObject()
                                .getAsJsonObject("lines")
                                .keySet())
                        .contains("up", "down");
            }
            await().atMost(LIMIT)
                    .until(() -> ask(monitor, "status.json")
                            .get("state")
                            .getAsString()
                            .equals("CLOSED"));
            JsonObject ended = ask(monitor, "status.json");
            assertThat(ended.get("sentence").getAsString()).startsWith("Ended. ");
            assertThat(ended.getAsJsonObject("trouble").get("kind").getAsString())
                    .isEqualTo("CLOSED");
            assertNamesNobody(ended);
        }
    }

    private static boolean isDirectAllowed(Monitor monitor) throws IOException {
        return ask(monitor, "status.json")
                .getAsJsonObject("direct")
                .get("allowed")
                .getAsBoolean();
    }

    @Test
    void aNodeIsShownWithWhatItCarriesAndNotForWhom() throws IOException {
        try (EmbeddedNetwork network =
                        EmbeddedNetwork.builder().relays(2).exits(1).build();
                Monitor monitor = Monitor.open(ANY_PORT, "test")) {
            network.start().join();
            monitor.watch(network.relays().get(0));
            await().atMost(LIMIT)
                    .until(() -> ask(monitor, "status.json")
                            .get("kind")
                            .getAsString()
                            .equals("node"));
            JsonObject status = ask(monitor, "status.json");
            assertThat(status.get("sentence").getAsString())
                    .startsWith("Serving: 0 circuits of others end here and 0 run through; ");
            assertThat(status.has("circuits")).isFalse();
            assertThat(status.getAsJsonObject("served").keySet())
                    .containsAll(List.of("joinedCircuits", "relayedCircuits", "carriedBytes", "outsideSockets"));
            assertThat(status.getAsJsonObject("peers").getAsJsonArray("table")).hasSize(2);
            assertNamesNobody(status);

            network.relays().get(0).close();
            await().atMost(LIMIT)
                    .until(() -> ask(monitor, "status.json")
                            .get("state")
                            .getAsString()
                            .equals("CLOSED"));
        }
    }
}
