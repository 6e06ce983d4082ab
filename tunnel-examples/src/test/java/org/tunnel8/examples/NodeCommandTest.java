package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCommandTest {
    private static StopSignal stopRequested() {
        StopSignal stop = new StopSignal();
        stop.request();
        return stop;
    }

    @Test
    void tellsWhereItListensAndLeavesWhenAskedTo(@TempDir Path folder) {
        String key = folder.resolve("node.key").toString();
        String[] line = {
            "node", "--roles", "relay,exit-bt,speed-test", "--listen", "127.0.0.1:0", "--key", key, "--json"
        };
        CommandLineRun run = CommandLineRun.with(stopRequested(), line);

        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.jsonLines()).hasSize(1);
        JsonObject ready = run.jsonLines().get(0);
        assertThat(ready.keySet()).containsExactly("event", "address", "publicKey", "flags");
        assertThat(ready.get("event").getAsString()).isEqualTo("ready");
        assertThat(ready.get("address").getAsString()).matches("127\\.0\\.0\\.1:[1-9]\\d*");
        assertThat(ready.get("publicKey").getAsString()).matches("4c69624e61434c504b3a[0-9a-f]{128}");
        assertThat(ready.get("flags").getAsInt()).isEqualTo(1 | 2 | 8);

        JsonObject again =
                CommandLineRun.with(stopRequested(), line).jsonLines().get(0);
        assertThat(again.get("publicKey")).isEqualTo(ready.get("publicKey"));
    }

    @Test
    void bootstrapServerAnnouncesNoFlags() {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(), "node", "--roles", "bootstrap", "--listen", "127.0.0.1:0", "--json");
        assertThat(run.status()).isZero();
        assertThat(run.jsonLines().get(0).get("flags").getAsInt()).isZero();
    }

    @Test
    void leavesAfterItsDuration() {
        CommandLineRun run = CommandLineRun.of(
                "node", "--roles", "relay", "--listen", "127.0.0.1:0", "--max-circuits", "10000", "--duration", "1");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("listening on 127.0.0.1:", " as relay (flags 1), public key 4c69", "left");
    }

    @Test
    void failsWithOneLineWhenThePortIsTaken() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            CommandLineRun run = CommandLineRun.of("node", "--roles", "relay", "--listen", address, "--json");
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("tunnel node: ")
                    .contains(String.valueOf(taken.getLocalPort()))
                    .hasLineCount(1);
        }
    }

    @Test
    void failsWithOneLineWhenTheKeyCannotBeUsed(@TempDir Path folder) {
        CommandLineRun run = CommandLineRun.of(
                "node", "--roles", "relay", "--listen", "127.0.0.1:0", "--key", folder.toString(), "--json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("tunnel node: ").hasLineCount(1);
    }

    @Test
    void runsThoughItsFileOfRememberedPeersIsDamaged(@TempDir Path folder) throws Exception {
        Path memory = Files.writeString(folder.resolve("peers"), "no peer\n");
        CommandLineRun run = CommandLineRun.of(
                "node",
                "--roles",
                "relay",
                "--listen",
                "127.0.0.1:0",
                "--memory",
                memory.toString(),
                "--duration",
                "1",
                "--json");
        assertThat(run.status()).isZero();
        assertThat(run.jsonLines())
                .extracting(line -> line.get("event").getAsString())
                .containsExactlyInAnyOrder("ready", "memory");
    }

    @Test
    void aBackupExitHasToSayWhatItCarries() {
        CommandLineRun run =
                CommandLineRun.of("node", "--roles", "relay,exit-backup", "--listen", "127.0.0.1:0", "--json");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains("exit-backup needs one of exit-bt, exit-ipv8 and exit-http")
                .hasLineCount(1);

        CommandLineRun whole = CommandLineRun.with(
                stopRequested(), "node", "--roles", "exit-http,exit-backup", "--listen", "127.0.0.1:0", "--json");
        assertThat(whole.jsonLines().get(0).get("flags").getAsInt()).isEqualTo(16_384 | 32_768);
    }

    @Test
    void takesLimitsForOthers() {
        CommandLineRun run = CommandLineRun.with(
                stopRequested(),
                "node",
                "--roles",
                "relay,exit-bt",
                "--listen",
                "127.0.0.1:0",
                "--exit-ports",
                "1024-65535,80",
                "--exit-deny",
                "203.0.113.0/24",
                "--exit-deny",
                "0.0.0.0/0:25",
                "--max-per-address",
                "20",
                "--max-per-neighbour",
                "10",
                "--creates-per-address",
                "5",
                "--json");
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();

        CommandLineRun wrong =
                CommandLineRun.of("node", "--roles", "relay", "--listen", "127.0.0.1:0", "--exit-ports", "0-80");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err())
                .contains("--exit-ports", "must be ports from 1 to 65535")
                .hasLineCount(1);
    }

    @Test
    void tellsWhatItLendsAndWhatIsLeftOfIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("quota");
        CommandLineRun run = CommandLineRun.with(
                stopRequested(),
                "node",
                "--roles",
                "relay",
                "--listen",
                "127.0.0.1:0",
                "--bandwidth",
                "5MiB/s",
                "--quota",
                "100GiB",
                "--quota-file",
                file.toString(),
                "--status-every",
                "60",
                "--json");
        assertThat(run.err()).isEmpty();
        JsonObject status = run.jsonLines().get(1);
        assertThat(status.get("event").getAsString()).isEqualTo("status");
        assertThat(status.get("bandwidthBytesPerSecond").getAsLong()).isEqualTo(5 << 20);
        assertThat(status.get("quotaBytes").getAsLong()).isEqualTo(100L << 30);
        assertThat(status.get("quotaUsedBytes").getAsLong()).isZero();
        assertThat(status.get("quotaLeftBytes").getAsLong()).isEqualTo(100L << 30);
        assertThat(status.get("quotaUsedUp").getAsBoolean()).isFalse();
        assertThat(Files.readString(file)).startsWith("tunnel8-quota-1 ").contains(" 0 ");
    }

    @Test
    void servesNobodyWithADamagedQuotaFileAndSaysSo(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("quota"), "all is well\n");
        CommandLineRun run = CommandLineRun.of(
                "node",
                "--roles",
                "relay",
                "--listen",
                "127.0.0.1:0",
                "--quota",
                "1GB",
                "--quota-file",
                file.toString(),
                "--duration",
                "1",
                "--json");
        assertThat(run.status()).isZero();
        assertThat(run.jsonLines())
                .extracting(line -> line.get("event").getAsString())
                .containsExactlyInAnyOrder("ready", "quota-trouble", "quota-used-up");
    }

    @Test
    void aQuotaNeedsAFileAndTheFileAQuota() {
        for (String[] half : new String[][] {{"--quota", "1GB"}, {"--quota-file", "quota"}}) {
            CommandLineRun run =
                    CommandLineRun.of("node", "--roles", "relay", "--listen", "127.0.0.1:0", half[0], half[1]);
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err())
                    .contains("--quota and --quota-file go together")
                    .hasLineCount(1);
        }
    }
}
