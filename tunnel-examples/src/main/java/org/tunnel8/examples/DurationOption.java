package org.tunnel8.examples;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that has a command stop by itself. */
final class DurationOption {
    /** As long as nobody waits for: a hundred years. */
    static final Duration FOREVER = Duration.ofDays(36_500);

    @Option(
            names = "--duration",
            paramLabel = "S",
            converter = OptionTypes.Seconds.class,
            description = "Stop after so many seconds (default: when told to).")
    private @Nullable Integer seconds;

    /** How long the command is to run. */
    Duration duration() {
        return seconds == null ? FOREVER : Duration.ofSeconds(seconds);
    }
}
