package org.tunnel8.examples;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Stack;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tunnel8.examples.monitor.Monitor;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option that has a running command show itself on a web page. */
final class MonitorOptions {
    static final String ANY_PORT = "127.0.0.1:0";

    @Option(
            names = "--monitor",
            arity = "0..1",
            fallbackValue = ANY_PORT,
            paramLabel = "IP:PORT",
            converter = OptionTypes.ListenEndpoint.class,
            preprocessor = AddressIfGiven.class,
            description = "Shows live how it is doing on a web page, and to Prometheus under /metrics. Its address is"
                    + " printed, with a token that lets nobody else in (default: no page; without IP:PORT on a free"
                    + " port of 127.0.0.1).")
    private @Nullable InetSocketAddress address;

    /** Takes the next argument for the address only if it looks like one: what to fetch may stand there as well. */
    static final class AddressIfGiven implements IParameterPreprocessor {
        private static final Pattern ENDPOINT = Pattern.compile("[\\d.:]+|\\[.*|localhost(:.*)?");

        @Override
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
            boolean isAttached = "=".equals(info.get("separator"));
            if (!isAttached
                    && (arguments.isEmpty()
                            || !ENDPOINT.matcher(arguments.peek()).matches())) {
                arguments.push(ANY_PORT);
            }
            return false;
        }
    }

    /**
     * Opens the page if it was asked for, and tells where it is.
     *
     * @param report where to tell it
     * @param command the command's name
     * @return null if it was not asked for; else to be closed after what it watches
     * @throws IllegalStateException if the address cannot be bound
     */
    @Nullable
    Monitor open(Report report, String command) {
        if (address == null) {
            return null;
        }
        Monitor monitor = Monitor.open(address, command);
        report.onFirstLine("monitor", monitor.url());
        report.text("monitor    %s", monitor.url());
        if (!monitor.isLocal()) {
            report.warn("WARNING: the monitor can be reached from other machines at " + Endpoints.text(address)
                    + ": who knows its token sees circuits, peers and traffic, and so does who listens on the way,"
                    + " for nothing is encrypted");
        }
        return monitor;
    }
}
