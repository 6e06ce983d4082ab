package org.tunnel8.transport.udp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace of Linux with a {@link NamespaceAgent} in it; it vanishes with its process. */
final class Namespace implements AutoCloseable {
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private Namespace(Process process) {
        this.process = process;
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Skips the running test, and says why, where no namespace can be made or joined to others. */
    static void assumePossible() throws Exception {
        assumeWorks("making network namespaces", "unshare", "-n", "true");
        assumeWorks(
                "joining them", "unshare", "-n", "ip", "link", "add", "one", "type", "veth", "peer", "name", "other");
        assumeWorks("entering them", "nsenter", "--version");
    }

    /** Skips the running test, and says why, where a namespace can have no packet filter. */
    static void assumeFilterPossible() throws Exception {
        assumeWorks("filtering packets", "unshare", "-n", "nft", "add", "table", "ip", "t");
    }

    private static void assumeWorks(String what, String... command) throws Exception {
        boolean works;
        try {
            works = run(List.of(command)) == 0;
        } catch (IOException notInstalled) {
            works = false;
        }
        String reason = what + " does not work here: needs Linux, root, and \"" + String.join(" ", command) + "\"";
        if (!works) {
            System.out.println("SKIPPED: " + reason);
        }
        assumeTrue(works, reason);
    }

    static Namespace open(TransportLoop.Io io) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(
                "unshare",
                "-n",
                java,
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NamespaceAgent.class.getName(),
                io.name());
        Namespace namespace = new Namespace(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
        namespace.answer();
        return namespace;
    }

    /** Has the agent obey a command. */
    String ask(String command) throws IOException {
        commands.write(command);
        commands.newLine();
        commands.flush();
        return answer();
    }

    /** Runs a program of the system inside the namespace. */
    void inside(String command) throws Exception {
        List<String> words = enter();
        words.addAll(List.of(command.split(" ")));
        if (run(words) != 0) {
            throw new IOException("failed inside the namespace: " + command);
        }
    }

    /** Runs a program of the system inside the namespace, and returns what it prints. */
    String read(String command) throws IOException {
        List<String> words = enter();
        words.addAll(List.of(command.split(" ")));
        Process reading = new ProcessBuilder(words).redirectErrorStream(true).start();
        return new String(reading.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Joins this namespace with another one by a cable: 198.18.0.1 here, 198.18.0.2 there. */
    void connect(Namespace other, int mtu) throws Exception {
        inside("ip link add cable mtu " + mtu + " type veth peer name cable mtu " + mtu + " netns "
                + other.process.pid());
        inside("ip addr add 198.18.0.1/24 dev cable");
        inside("ip link set cable up");
        other.inside("ip addr add 198.18.0.2/24 dev cable");
        other.inside("ip link set cable up");
    }

    @Override
    public void close() throws IOException {
        // The agent ends with its input.
        commands.close();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }

    private List<String> enter() {
        return new ArrayList<>(List.of("nsenter", "-t", Long.toString(process.pid()), "-n"));
    }

    private String answer() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(NamespaceAgent.ANSWER)) {
                return line.substring(NamespaceAgent.ANSWER.length());
            }
        }
        throw new IOException("the agent ended");
    }

    private static int run(List<String> command) throws Exception {
        Process running = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return running.waitFor();
    }
}
