package org.tunnel8.examples;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.TunnelException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line's entry: picks a command, and turns whatever goes wrong into one line and an exit status. */
@Command(
        name = "tunnel",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        description = "Takes BitTorrent traffic through one to three hops of the Tribler anonymity network.",
        synopsisHeading = "Usage: ",
        customSynopsis = "tunnel COMMAND [OPTION]...",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel demo                          a torrent through three hops, all on this machine",
            "  tunnel demo --help                   the options of a command",
            "  tunnel fetch FILE.torrent            a torrent through Tribler's network",
            "  tunnel bench --hops 1,3 --json       figures for a program to read",
            "  tunnel simulate --scenario small     a network in virtual time",
            "",
            "Exit status: 0 done, 1 failed, 2 bad input. TUNNEL_JAVA_OPTS holds options for Java, TUNNEL_LOG the level of",
            "log lines on standard error: WARN if not set, DEBUG for more."
        })
public final class TunnelCommand implements Callable<Integer> {
    static final int HELP_WIDTH = 110;
    static final int STATUS_FAILED = CommandLine.ExitCode.SOFTWARE;
    static final int STATUS_BAD_INPUT = CommandLine.ExitCode.USAGE;

    private static final Logger LOG = LoggerFactory.getLogger(TunnelCommand.class);

    private TunnelCommand() {}

    /** Asks for the help; picocli shows it by itself, instead of running the command. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    void help(boolean wanted) {}

    /**
     * Runs one command and ends the process.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        StopSignal stop = new StopSignal();
        stop.install();
        stop.exit(run(Surroundings.ofProcess(stop), arguments));
    }

    /**
     * Runs one command.
     *
     * @return the exit status
     */
    static int run(Surroundings surroundings, String... arguments) {
        CommandLine line = new CommandLine(new TunnelCommand())
                .addSubcommand(new DemoCommand(surroundings))
                .addSubcommand(new EndureCommand(surroundings))
                .addSubcommand(new FetchCommand(surroundings))
                .addSubcommand(new NodeCommand(surroundings))
                .addSubcommand(new SocksCommand(surroundings))
                .addSubcommand(new BenchCommand(surroundings))
                .addSubcommand(new SimulateCommand(surroundings));
        line.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
        line.setParameterExceptionHandler((failure, ignored) -> badInput(failure));
        line.setExecutionExceptionHandler((failure, at, parsed) -> failed(failure, at));
        return line.execute(arguments);
    }

    @Override
    public Integer call() {
        throw new UsageException("a command is missing: demo, endure, fetch, node, socks, bench or simulate");
    }

    private static int badInput(ParameterException failure) {
        CommandLine at = failure.getCommandLine();
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof UnmatchedArgumentException unmatched
                && at.getParent() == null
                && !unmatched.isUnknownOption()) {
            message = "there is no command '" + unmatched.getUnmatched().get(0)
                    + "', only demo, endure, fetch, node, socks, bench and simulate";
        }
        return complain(at, message);
    }

    private static int complain(CommandLine at, String message) {
        String command = at.getCommandSpec().qualifiedName();
        String oneLine =
                message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
        at.getErr().println(command + ": " + decapitalised(oneLine) + " (see " + command + " --help)");
        return STATUS_BAD_INPUT;
    }

    private static String decapitalised(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static int failed(Exception failure, CommandLine at) throws Exception {
        if (failure instanceof UsageException) {
            return complain(at, String.valueOf(failure.getMessage()));
        }
        Throwable cause = cause(failure);
        if (!isExpected(cause)) {
            throw failure;
        }
        LOG.debug("command failed", failure);
        at.getErr().println(at.getCommandSpec().qualifiedName() + ": " + cause.getMessage());
        return STATUS_FAILED;
    }

    /** Takes off the wrapping that a future puts around the exception it ended with. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Tells failures that can happen to a sound program, and whose message says all, from faults of the program itself. */
    static boolean isExpected(Throwable failure) {
        return failure instanceof TunnelException
                || failure instanceof IllegalStateException
                || failure instanceof UncheckedIOException;
    }
}
