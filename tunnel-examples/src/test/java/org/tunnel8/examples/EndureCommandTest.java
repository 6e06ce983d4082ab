package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.examples.endure.DownloadOutcome;

class EndureCommandTest {
    private static final List<String> KEYS =
            List.of("command", "ok", "bytes", "verified", "ratio", "undisturbed", "disturbed");
    private static final List<String> DOWNLOAD_KEYS =
            List.of("seconds", "mibPerSecond", "verified", "kills", "interruptions");

    /** A small share of what the command does by default: a relay is killed, and an exit if that takes long. */
    @Test
    void torrentArrivesAlthoughRelaysAndExitsInUseAreKilled() {
        CommandLineRun run =
                CommandLineRun.of("endure", "--json", "--size", "30", "--rate", "3", "--every", "8", "--relays", "4");

        assertThat(run.err()).isEmpty();
        List<JsonObject> lines = run.jsonLines();
        JsonObject verdict = lines.get(lines.size() - 1);
        System.out.println("figure: " + verdict);
        assertThat(verdict.keySet()).containsExactlyElementsOf(KEYS);
        assertThat(verdict.get("verified").getAsBoolean()).isTrue();
        JsonObject undisturbed = verdict.getAsJsonObject("undisturbed");
        JsonObject disturbed = verdict.getAsJsonObject("disturbed");
        assertThat(undisturbed.keySet()).containsExactlyElementsOf(DOWNLOAD_KEYS);
        assertThat(undisturbed.get("kills").getAsInt()).isZero();
        assertThat(undisturbed.get("mibPerSecond").getAsDouble())
                .as("the seeders keep to their limit")
                .isLessThan(3.3);
        int kills = disturbed.get("kills").getAsInt();
        assertThat(kills).isPositive();
        assertThat(lines.stream().filter(line -> is(line, "killed")).toList())
                .hasSize(kills)
                .allSatisfy(line -> assertThat(line.get("exit").getAsBoolean())
                        .isEqualTo(line.get("hop").getAsInt() == 3));
        assertThat(lines.stream().filter(line -> is(line, "back")).toList()).hasSizeBetween(kills - 1, kills);
        assertThat(verdict.get("ok").getAsBoolean())
                .isEqualTo(verdict.get("ratio").getAsDouble() >= EnduranceReport.LEAST_RATIO);
        assertThat(run.status()).isEqualTo(verdict.get("ok").getAsBoolean() ? 0 : 1);
    }

    @Test
    void endsWithAVerdictWhenItIsStopped() {
        StopSignal stop = new StopSignal();
        stop.request();
        CommandLineRun run = CommandLineRun.with(stop, "endure", "--json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("tunnel endure: stopped before").hasLineCount(1);
        JsonObject verdict = run.jsonLines().get(run.jsonLines().size() - 1);
        assertThat(verdict.keySet()).containsExactlyElementsOf(KEYS);
        assertThat(verdict.get("ok").getAsBoolean()).isFalse();
        assertThat(verdict.get("disturbed").isJsonNull()).isTrue();
    }

    @Test
    void isNotOkWhenSlowerThanHalfOrDamagedOrSpared() {
        DownloadOutcome alone = outcome(50, true, 0);
        assertThat(isOk(alone, outcome(100, true, 4))).isTrue();
        assertThat(isOk(alone, outcome(101, true, 4))).isFalse();
        assertThat(isOk(alone, outcome(60, false, 2))).isFalse();
        assertThat(isOk(outcome(50, false, 0), outcome(60, true, 2))).isFalse();
        assertThat(isOk(alone, outcome(60, true, 0))).isFalse();
        assertThat(isOk(alone, null)).isFalse();
        assertThat(isOk(null, null)).isFalse();
    }

    private static DownloadOutcome outcome(int seconds, boolean verified, int kills) {
        return new DownloadOutcome(1, Duration.ofSeconds(seconds), verified, kills, List.of());
    }

    private static boolean isOk(@Nullable DownloadOutcome undisturbed, @Nullable DownloadOutcome disturbed) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Surroundings surroundings = new Surroundings(nowhere, nowhere, false, new StopSignal());
        return new EnduranceReport(new Report(surroundings, true), 1).verdict(undisturbed, disturbed);
    }

    private static boolean is(JsonObject line, String event) {
        return line.has("event") && line.get("event").getAsString().equals(event);
    }
}
