package org.tunnel8.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The hosts of {@code src/test/nat/nat-lab.sh}, with a {@link NatLabAgent} on each that is wanted. All of it vanishes with
 * this object, and with this process however that ends: script and agents end with their input.
 */
final class NatLab implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src", "test", "nat", "nat-lab.sh");
    private static final int PORT = 7000;

    private final Talk script;
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Map<String, Agent> agents = new LinkedHashMap<>();

    private record Host(long pid, String address) {}

    private record Agent(Talk talk, String key) {}

    private NatLab(Talk script) {
        this.script = script;
    }

    /** Skips the running test, and says why, where the kernel's NAT cannot be had. */
    static void assumePossible() throws Exception {
        assumeWorks("making network namespaces", "unshare", "-n", "true");
        assumeWorks("bridging them", "unshare", "-n", "ip", "link", "add", "one", "type", "bridge");
        assumeWorks(
                "joining them", "unshare", "-n", "ip", "link", "add", "one", "type", "veth", "peer", "name", "other");
        assumeWorks("entering them", "nsenter", "--version");
        assumeWorks("forwarding in them", "unshare", "-n", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        assumeWorks(
                "translating addresses",
                "unshare",
                "-n",
                "nft",
                "add table ip t; add chain ip t c { type nat hook postrouting priority srcnat; };"
                        + " add rule ip t c meta l4proto udp masquerade random,fully-random");
    }

    static void assumeWorks(String what, String... command) throws Exception {
        boolean works;
        try {
            works = new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notInstalled) {
            works = false;
        }
        String reason = what + " does not work here: needs Linux, root, and \"" + String.join(" ", command) + "\"";
        if (!works) {
            System.out.println("SKIPPED: " + reason);
        }
        assumeTrue(works, reason);
    }

    static NatLab open() throws IOException {
        NatLab lab = new NatLab(new Talk(List.of("unshare", "-n", "bash", SCRIPT.toString()), ""));
        for (String line = lab.script.hear(); !line.equals("ready"); line = lab.script.hear()) {
            String[] words = line.split(" ");
            lab.hosts.put(words[1], new Host(Long.parseLong(words[2]), words[3]));
        }
        return lab;
    }

    /** Starts a node on a host. */
    void start(String name, String flags, String bootstrap, int hops) throws IOException {
        Host host = hosts.get(name);
        List<String> command = new ArrayList<>(List.of("nsenter", "-t", Long.toString(host.pid), "-n"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NatLabAgent.class.getName()));
        String server = bootstrap.equals("-") ? "-" : hosts.get(bootstrap).address + ":" + PORT;
        command.addAll(List.of(host.address, Integer.toString(PORT), flags, server, Integer.toString(hops)));
        Talk talk = new Talk(command, NatLabAgent.ANSWER);
        agents.put(name, new Agent(talk, ""));
    }

    /** Waits until all nodes run. */
    void awaitStarted() throws IOException {
        for (Map.Entry<String, Agent> agent : agents.entrySet()) {
            Talk talk = agent.getValue().talk;
            agent.setValue(new Agent(talk, talk.hear()));
        }
    }

    /** The nodes that a node knows and reaches. */
    Set<String> peersOf(String name) throws IOException {
        List<String> keys = List.of(ask(name, "peers").split(" "));
        Set<String> names = new TreeSet<>();
        agents.forEach((other, agent) -> {
            if (keys.contains(agent.key)) {
                names.add(other);
            }
        });
        return names;
    }

    /** What a node takes itself to be behind. */
    String natOf(String name) throws IOException {
        return ask(name, "nat");
    }

    int circuitsOf(String name) throws IOException {
        return Integer.parseInt(ask(name, "circuits"));
    }

    private String ask(String name, String question) throws IOException {
        Talk talk = agents.get(name).talk;
        talk.say(question);
        return talk.hear();
    }

    @Override
    public void close() throws IOException {
        for (Agent agent : agents.values()) {
            agent.talk.close();
        }
        script.close();
    }

    /** A process that is spoken with in lines. */
    private static final class Talk implements AutoCloseable {
        private final Process process;
        private final BufferedWriter to;
        private final BufferedReader from;
        private final String prefix;

        Talk(List<String> command, String prefix) throws IOException {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            to = process.outputWriter(StandardCharsets.UTF_8);
            from = process.inputReader(StandardCharsets.UTF_8);
            this.prefix = prefix;
        }

        void say(String line) throws IOException {
            to.write(line);
            to.newLine();
            to.flush();
        }

        String hear() throws IOException {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length());
                }
            }
            throw new IOException("ended: " + process.info().commandLine().orElse("a process of the lab"));
        }

        @Override
        public void close() throws IOException {
            to.close();
            process.onExit()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .exceptionally(late -> process.destroyForcibly())
                    .join();
        }
    }
}
