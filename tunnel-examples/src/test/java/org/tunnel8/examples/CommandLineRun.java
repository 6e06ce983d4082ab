package org.tunnel8.examples;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One run of the command line inside the test's process, with all that it printed. */
record CommandLineRun(int status, String out, String err) {
    static CommandLineRun of(String... arguments) {
        return with(new StopSignal(), arguments);
    }

    static CommandLineRun with(StopSignal stop, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = TunnelCommand.run(
                new Surroundings(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        stop),
                arguments);
        return new CommandLineRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Reads standard output as lines of JSON; fails if anything else is there. */
    List<JsonObject> jsonLines() {
        return out.lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }
}
