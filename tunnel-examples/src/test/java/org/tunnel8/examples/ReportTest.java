package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Report report(boolean json, boolean terminal) {
        return new Report(
                new Surroundings(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        terminal,
                        new StopSignal()),
                json);
    }

    private static void tellAll(Report report) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "<ready> & 'set'");
        line.add("relay", JsonNull.INSTANCE);
        report.json(line);
        report.text("ready after %.1f s", 1.25);
        report.warn("mind this");
        try (Report.Progress progress = report.progress("download", 1 << 20)) {
            progress.at(1 << 19);
        }
    }

    @Test
    void jsonLeavesNothingElseOnStandardOutput() {
        tellAll(report(true, true));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"event\":\"<ready> & 'set'\",\"relay\":null}\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("mind this\n");
    }

    @Test
    void textComesAloneWhereNobodyWatches() {
        tellAll(report(false, false));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("ready after 1.3 s\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("mind this\n");
    }

    @Test
    void barIsDrawnOnStandardErrorForWhoeverWatchesATerminal() {
        tellAll(report(false, true));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("ready after 1.3 s\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("download", "MiB");
    }

    @Test
    void figuresHaveThreePlaces() {
        assertThat(Report.rounded(12.34567)).isEqualTo(12.346);
    }
}
