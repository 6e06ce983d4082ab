package org.tunnel8.examples;

import picocli.CommandLine.Option;

/** The options that every command has. */
final class CommonOptions {
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
}
