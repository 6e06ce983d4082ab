package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.testing.EmbeddedNetwork;

class SocksCommandTest {
    @Test
    void tellsWhereTheProxyIsAndWhenACircuitCanBeUsed() {
        try (EmbeddedNetwork embedded =
                EmbeddedNetwork.builder().relays(2).exits(1).build()) {
            embedded.start().join();
            TunnelNetwork network = embedded.network();
            CommandLineRun run = CommandLineRun.of(
                    "socks",
                    "--json",
                    "--hops",
                    "2",
                    "--min-peers",
                    "2",
                    "--community",
                    network.communityId(),
                    "--bootstrap",
                    Endpoints.text(network.bootstrap().get(0)),
                    "--duration",
                    "5");

            assertThat(run.err()).isEmpty();
            assertThat(run.status()).isZero();
            // When the kind of NAT is known, and what is lacking at first, is a matter of who answers first.
            List<JsonObject> lines = run.jsonLines().stream()
                    .filter(line ->
                            !Set.of("nat", "trouble").contains(line.get("event").getAsString()))
                    .toList();
            assertThat(lines).hasSize(2);
            assertThat(run.jsonLines().get(0)).isEqualTo(lines.get(0));
            JsonObject proxy = lines.get(0);
            assertThat(proxy.keySet()).containsExactly("event", "address");
            assertThat(proxy.get("event").getAsString()).isEqualTo("proxy");
            assertThat(proxy.get("address").getAsString()).matches("127\\.0\\.0\\.1:[1-9]\\d*");
            JsonObject ready = lines.get(1);
            assertThat(ready.keySet()).containsExactly("event", "circuits", "seconds");
            assertThat(ready.get("event").getAsString()).isEqualTo("ready");
            assertThat(ready.get("circuits").getAsInt()).isPositive();
            assertThat(ready.get("seconds").getAsDouble()).isPositive();
        }
    }

    @Test
    void saysWhatIsLackingWhenNoCircuitGetsReady() throws Exception {
        // A bootstrap server that never answers.
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            CommandLineRun run = CommandLineRun.of(
                    "socks", "--json", "--bootstrap", "127.0.0.1:" + silent.getLocalPort(), "--duration", "1");
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.jsonLines().stream().map(line -> line.get("event").getAsString()))
                    .containsExactly("proxy", "trouble");
            JsonObject trouble = run.jsonLines().get(1);
            assertThat(trouble.get("kind").getAsString()).isEqualTo("NO_BOOTSTRAP_SERVER");
            assertThat(trouble.get("remedy").getAsString()).isNotBlank();
            assertThat(run.err())
                    .startsWith("tunnel socks: no circuit was ready")
                    .contains("no bootstrap server has answered yet")
                    .hasLineCount(1);
        }
    }

    @Test
    void warnsAsLongAsDirectConnectionsAreAllowed() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            CommandLineRun run = CommandLineRun.of(
                    "socks",
                    "--json",
                    "--bootstrap",
                    "127.0.0.1:" + silent.getLocalPort(),
                    "--allow-direct-connections",
                    "30m",
                    "--duration",
                    "1");
            assertThat(run.err().lines().findFirst())
                    .hasValueSatisfying(line -> assertThat(line)
                            .startsWith("WARNING: direct connections are allowed until ")
                            .contains("your own address", "nothing went directly"));
            assertThat(run.jsonLines().stream().map(line -> line.get("event").getAsString()))
                    .containsExactlyInAnyOrder(
                            "proxy",
                            "trouble",
                            "direct-connections-allowed",
                            "direct-connections",
                            "direct-connections-ended");
            JsonObject standing = run.jsonLines().stream()
                    .filter(line -> line.get("event").getAsString().equals("direct-connections"))
                    .findFirst()
                    .orElseThrow();
            assertThat(standing.get("used").getAsBoolean()).isFalse();
            assertThat(standing.keySet())
                    .contains("until", "datagramsSent", "streams", "exchanges", "bytesSent", "bytesReceived");
        }
    }

    @Test
    void saysInItsHelpWhoSeesWhatWithoutACircuit() {
        // Lines are wrapped wherever they are long.
        assertThat(CommandLineRun.of("socks", "--help").out().replaceAll("\\s+", " "))
                .contains("--allow-direct-connections", "YOUR OWN ADDRESS", "nothing ever leaves without a circuit");
    }

    @Test
    void refusesLeasesOfMoreThanADay() {
        CommandLineRun run = CommandLineRun.of("socks", "--allow-direct-connections", "25h");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("24h at most");
    }

    @Test
    void refusesToServeBeyondTheMachine() {
        CommandLineRun run = CommandLineRun.of("socks", "--listen", "0.0.0.0:0");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--listen must be a loopback address").hasLineCount(1);
    }
}
