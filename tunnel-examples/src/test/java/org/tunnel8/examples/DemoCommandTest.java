package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {
    private static final List<String> KEYS = List.of(
            "command",
            "ok",
            "hops",
            "bytes",
            "verified",
            "seconds",
            "mibPerSecond",
            "circuitSeconds",
            "seenBySwarm",
            "exits",
            "client");

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void torrentArrivesAndTheSeederSeesNobodyButExits(int hops) {
        CommandLineRun run =
                CommandLineRun.of("demo", "--json", "--hops", String.valueOf(hops), "--size", "4", "--relays", "3");

        assertThat(run.err()).isEmpty();
        List<JsonObject> lines = run.jsonLines();
        JsonObject verdict = lines.get(lines.size() - 1);
        assertThat(verdict.keySet()).containsExactlyElementsOf(KEYS);
        assertThat(verdict.get("command").getAsString()).isEqualTo("demo");
        assertThat(verdict.get("ok").getAsBoolean()).isTrue();
        assertThat(verdict.get("verified").getAsBoolean()).isTrue();
        assertThat(verdict.get("hops").getAsInt()).isEqualTo(hops);
        assertThat(verdict.get("bytes").getAsLong()).isEqualTo(4L << 20);
        assertThat(verdict.get("seconds").getAsDouble()).isPositive();
        assertThat(verdict.get("mibPerSecond").getAsDouble()).isPositive();
        assertThat(verdict.get("circuitSeconds").getAsDouble()).isPositive();
        assertThat(texts(verdict.getAsJsonArray("exits")))
                .isNotEmpty()
                .containsAll(texts(verdict.getAsJsonArray("seenBySwarm")))
                .doesNotContain(verdict.get("client").getAsString());
        assertThat(verdict.getAsJsonArray("seenBySwarm")).isNotEmpty();
        assertThat(run.status()).isZero();
    }

    @Test
    void saysInWordsHowItWent() {
        CommandLineRun run = CommandLineRun.of("demo", "--hops", "2", "--size", "1", "--relays", "1", "--exits", "1");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("bootstrap ", "relays ", "exits ", "circuit ", "identical", "nobody but exits");
        assertThat(run.out()).endsWith("ok\n");
        assertThat(run.status()).isZero();
    }

    @Test
    void endsWithAVerdictWhenItIsStopped() {
        StopSignal stop = new StopSignal();
        stop.request();
        CommandLineRun run = CommandLineRun.with(stop, "demo", "--json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("tunnel demo: stopped before").hasLineCount(1);
        JsonObject verdict = run.jsonLines().get(run.jsonLines().size() - 1);
        assertThat(verdict.keySet()).containsExactlyElementsOf(KEYS);
        assertThat(verdict.get("ok").getAsBoolean()).isFalse();
    }

    @Test
    void isNotOkWhenTheSeederSawSomebodyElseOrNobodyOrTheFileDiffers() {
        Set<String> exits = Set.of("127.0.0.2:1", "127.0.0.3:1");
        assertThat(verdict(true, Set.of("127.0.0.2:1"), exits).ok()).isTrue();
        assertThat(verdict(true, Set.of("127.0.0.2:1", "127.0.0.9:1"), exits).ok())
                .isFalse();
        assertThat(verdict(true, Set.of("127.0.0.2:2"), exits).ok()).isFalse();
        assertThat(verdict(true, Set.of(), exits).ok()).isFalse();
        assertThat(verdict(false, Set.of("127.0.0.2:1"), exits).ok()).isFalse();
    }

    private static DemoReport.Verdict verdict(boolean verified, Set<String> seen, Set<String> exits) {
        return new DemoReport.Verdict(3, 1, verified, 1, 1, seen, exits, "127.0.0.9:1");
    }

    private static List<String> texts(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsString).toList();
    }
}
