package org.tunnel8.examples;

import java.io.PrintStream;

/**
 * What a command finds around it.
 *
 * @param out where its results go
 * @param err where everything else goes
 * @param terminal whether somebody watches {@code err} on a terminal
 * @param stop tells when to end
 */
record Surroundings(PrintStream out, PrintStream err, boolean terminal, StopSignal stop) {
    /** The launcher script's word on whether standard error is a terminal: before JDK 22 Java has no way to ask. */
    private static final String TERMINAL_PROPERTY = "tunnel8.terminal";

    static Surroundings ofProcess(StopSignal stop) {
        return new Surroundings(System.out, System.err, Boolean.getBoolean(TERMINAL_PROPERTY), stop);
    }
}
