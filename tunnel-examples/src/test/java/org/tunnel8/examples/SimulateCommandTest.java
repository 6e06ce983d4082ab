package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulateCommandTest {
    private static final String[] SMALL = {
        "simulate", "--scenario", "small", "--seeds", "2", "--first-seed", "4", "--replace-signatures"
    };

    private static String[] with(String... more) {
        String[] all = new String[SMALL.length + more.length];
        System.arraycopy(SMALL, 0, all, 0, SMALL.length);
        System.arraycopy(more, 0, all, SMALL.length, more.length);
        return all;
    }

    @Test
    void printsALineForEachSeedAndALastOneForAll() {
        CommandLineRun run = CommandLineRun.of(with("--json"));
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        List<JsonObject> lines = run.jsonLines();
        assertThat(lines).hasSize(3);
        JsonObject seed = lines.get(0);
        assertThat(seed.keySet())
                .containsExactly("event", "seed", "client", "digest", "datagrams", "wallSeconds", "criteria");
        assertThat(seed.get("seed").getAsLong()).isEqualTo(4);
        assertThat(seed.get("digest").getAsString()).matches("[0-9a-f]{16}");
        assertThat(lines.get(1).get("seed").getAsLong()).isEqualTo(5);

        JsonObject all = lines.get(2);
        assertThat(all.get("scenario").getAsString()).isEqualTo("small");
        assertThat(all.get("peers").getAsInt()).isEqualTo(6);
        assertThat(all.get("seeds").getAsInt()).isEqualTo(2);
        assertThat(all.get("signatures").getAsString()).isEqualTo("replaced");
        JsonObject criteria = all.getAsJsonObject("criteria");
        assertThat(criteria.keySet()).containsExactly("SC-001", "usable", "nonces");
        JsonObject first = criteria.getAsJsonObject("SC-001");
        assertThat(first.get("share").getAsDouble()).isEqualTo(1);
        assertThat(first.get("p50").getAsDouble()).isBetween(0.0, 30.0);
        assertThat(first.get("p90").getAsDouble()).isBetween(0.0, 30.0);
        assertThat(first.get("met").getAsBoolean()).isTrue();
    }

    @Test
    void whatNoRunReachedHasNoTime() {
        // With one peer there are no twenty.
        CommandLineRun run = CommandLineRun.of(
                "simulate", "--scenario", "dark", "--peers", "1", "--seeds", "1", "--replace-signatures", "--json");
        JsonObject criterion =
                run.jsonLines().get(1).getAsJsonObject("criteria").getAsJsonObject("recovery-20");
        assertThat(criterion.get("share").getAsDouble()).isZero();
        assertThat(criterion.get("p50").isJsonNull()).isTrue();
        assertThat(criterion.get("p90").isJsonNull()).isTrue();
        assertThat(run.status()).isZero();
    }

    @Test
    void theNumberOfThreadsChangesNothing() {
        assertThat(digests(CommandLineRun.of(with("--threads", "2", "--json"))))
                .isEqualTo(digests(CommandLineRun.of(with("--json"))))
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    private static List<String> digests(CommandLineRun run) {
        return run.jsonLines().stream()
                .filter(line -> line.has("digest"))
                .map(line -> line.get("digest").getAsString())
                .toList();
    }

    @Test
    void saysInWordsHowItWentAndThatSignaturesWereReplaced() {
        CommandLineRun run = CommandLineRun.of(SMALL);
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains(
                        "small: ",
                        "SIGNATURES ARE REPLACED",
                        "seed 4",
                        "seed 5",
                        "digest ",
                        "runs met",
                        "usable",
                        "ok");
    }

    @Test
    void tellsOfFlowsAndOfWhatBefellThem() {
        CommandLineRun run = CommandLineRun.of(
                "simulate",
                "--scenario",
                "relay-killer",
                "--peers",
                "40",
                "--seeds",
                "1",
                "--replace-signatures",
                "--replace-layers",
                "--json");
        assertThat(run.status()).isZero();
        JsonObject seed = run.jsonLines().get(0);
        assertThat(seed.getAsJsonArray("notes").toString()).contains("s: killed ");
        JsonObject all = run.jsonLines().get(1);
        assertThat(all.get("layers").getAsString()).isEqualTo("replaced");
        JsonObject criteria = all.getAsJsonObject("criteria");
        assertThat(criteria.keySet()).contains("SC-008", "SC-008-3s", "leak", "nonces", "lost");
        assertThat(criteria.getAsJsonObject("SC-008").keySet())
                .containsExactly("share", "p50", "p90", "p99", "limit", "asked", "ofAll", "events", "met");
        assertThat(criteria.getAsJsonObject("lost").keySet())
                .containsExactly("share", "p50", "p90", "p99", "bound", "limit", "asked", "ofAll", "events", "met");
        assertThat(criteria.getAsJsonObject("lost").get("bound").getAsString()).isEqualTo("told");
    }

    @Test
    void printsWhichNatsConnect() {
        CommandLineRun run = CommandLineRun.of("simulate", "--matrix", "--replace-signatures");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines()).hasSize(6);
        assertThat(run.out()).contains("port-restricted", "with hairpin");

        JsonObject line = CommandLineRun.of("simulate", "--matrix", "--replace-signatures", "--json")
                .jsonLines()
                .get(0);
        JsonObject symmetric = line.getAsJsonObject("matrix").getAsJsonObject("symmetric");
        assertThat(symmetric.get("public").getAsBoolean()).isTrue();
        assertThat(symmetric.get("port-restricted").getAsBoolean()).isFalse();
    }

    @Test
    void saysHowFarItCameWhenItIsStopped() {
        StopSignal stop = new StopSignal();
        stop.request();
        CommandLineRun run = CommandLineRun.with(stop, with("--json"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("tunnel simulate: stopped after 0 of 2 seeds\n");
        JsonObject last = run.jsonLines().get(run.jsonLines().size() - 1);
        assertThat(last.get("seeds").getAsInt()).isZero();
        assertThat(last.get("firstSeed").getAsLong()).isEqualTo(4);
        assertThat(last.getAsJsonObject("criteria").keySet()).contains("SC-001");
    }

    @Test
    void judgesNothingWhenItIsStoppedBeforeTheFirstSeedIsDone() {
        StopSignal stop = new StopSignal();
        stop.request();
        CommandLineRun run = CommandLineRun.with(stop, SMALL);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("seeds 4 to 5").doesNotContain("runs met", "MISSED");
    }
}
