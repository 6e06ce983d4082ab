package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the commands take {@code --monitor}, and how they tell where the page is. */
class MonitorOptionsTest {
    private static final String URL = "http://127\\.0\\.0\\.1:[1-9]\\d*/[A-Za-z0-9_-]{22}/";

    private static StopSignal stopRequested() {
        StopSignal stop = new StopSignal();
        stop.request();
        return stop;
    }

    private static String monitor(CommandLineRun run) {
        return run.jsonLines().get(0).get("monitor").getAsString();
    }

    @Test
    void theFirstLineOfANodeNamesThePage() {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(), "node", "--monitor", "--roles", "relay", "--listen", "127.0.0.1:0", "--json");
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.jsonLines().get(0).get("event").getAsString()).isEqualTo("ready");
        assertThat(monitor(run)).matches(URL);
    }

    @Test
    void theFirstLineOfAProxyNamesThePage() throws Exception {
        try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            CommandLineRun run = CommandLineRun.with(
                    stopRequested(),
                    "socks",
                    "--json",
                    "--bootstrap",
                    "127.0.0.1:" + silent.getLocalPort(),
                    "--monitor",
                    "127.0.0.1:0");
            assertThat(run.status()).isZero();
            assertThat(monitor(run)).matches(URL);
        }
    }

    @Test
    void theFirstLineOfADemoNamesThePageAlsoWhenItIsStopped() {
        CommandLineRun run = CommandLineRun.with(stopRequested(), "demo", "--json", "--monitor");
        assertThat(monitor(run)).matches(URL);
    }

    @Test
    void whatToFetchMayStandBehindTheOption(@TempDir Path folder) {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(),
                "fetch",
                "--json",
                "--output",
                folder.toString(),
                "--bootstrap",
                "127.0.0.1:9",
                "--monitor",
                "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&x.pe=127.0.0.1:9");
        assertThat(run.err()).startsWith("tunnel fetch: stopped before").hasLineCount(1);
        JsonObject first = run.jsonLines().get(0);
        assertThat(first.keySet()).containsExactly("event", "monitor");
        assertThat(first.get("event").getAsString()).isEqualTo("monitor");
        assertThat(monitor(run)).matches(URL);
    }

    @Test
    void aPersonIsToldInALine() {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(), "node", "--roles", "relay", "--listen", "127.0.0.1:0", "--monitor=127.0.0.1:0");
        assertThat(run.out().lines().findFirst())
                .hasValueSatisfying(line -> assertThat(line).matches("monitor +" + URL));
        assertThat(run.err()).isEmpty();
    }

    @Test
    void onAnAddressThatOthersReachItWarns() {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(), "node", "--roles", "relay", "--listen", "127.0.0.1:0", "--monitor", "0.0.0.0:0");
        assertThat(run.status()).isZero();
        assertThat(run.err())
                .startsWith("WARNING: the monitor can be reached from other machines")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", "localhost:8080", "127.0.0.1", "[::1]", "127.0.0.1:99999"})
    void whatIsNoAddressIsBadInput(String address) {
        CommandLineRun run = CommandLineRun.of("node", "--roles", "relay", "--monitor", address);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--monitor").hasLineCount(1);

        CommandLineRun attached = CommandLineRun.of("node", "--roles", "relay", "--monitor=" + address);
        assertThat(attached.status()).isEqualTo(2);
        assertThat(attached.err()).contains("--monitor").hasLineCount(1);
    }

    @Test
    void aTakenPortIsToldBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            CommandLineRun run = CommandLineRun.of("demo", "--json", "--monitor", "127.0.0.1:" + taken.getLocalPort());
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("tunnel demo: the monitor's address 127.0.0.1:" + taken.getLocalPort())
                    .hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "fetch", "node", "socks"})
    void isExplainedByEveryCommandThatHasIt(String command) {
        assertThat(CommandLineRun.of(command, "--help").out().replaceAll("\\s+", " "))
                .contains("--monitor[=IP:PORT]", "/metrics", "with a token");
    }
}
