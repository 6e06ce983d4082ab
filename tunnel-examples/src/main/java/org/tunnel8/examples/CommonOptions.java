package org.tunnel8.examples;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The options that every command has. */
final class CommonOptions {
    /** Set by picocli. */
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--json", description = "Print one JSON object per line, and nothing else, on standard output.")
    private boolean json;

    /** Asks for the help; picocli shows it by itself, instead of running the command. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void help(boolean wanted) {}

    boolean json() {
        return json;
    }

    /**
     * Ends the command if options were given that would do nothing, instead of passing over them.
     *
     * @param chosen what was asked for
     * @param others options that mean nothing beside it
     * @throws UsageException if one of them was given
     */
    void refuseBeside(String chosen, String... others) {
        ParseResult parsed = Objects.requireNonNull(command).commandLine().getParseResult();
        for (String other : others) {
            if (parsed.hasMatchedOption(other)) {
                throw new UsageException(other + " does not go with " + chosen);
            }
        }
    }
}
