package org.tunnel8.leaks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The hosts of {@code src/test/leaks/leak-lab.sh} and the processes on them. All of it vanishes with this object, and with
 * this process however that ends: the script ends with its input. For one thread.
 */
final class LeakLab implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src", "test", "leaks", "leak-lab.sh");
    private static final Path FOLDER = Path.of("target", "leaks");
    private static final int END_SECONDS = 20;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Process script;
    private final Path folder;
    private final Map<String, LabHost> hosts = new LinkedHashMap<>();
    private final List<LabProcess> processes = new ArrayList<>();

    private LeakLab(Process script, Path folder) {
        this.script = script;
        this.folder = folder;
    }

    /** Skips the running test, and says why, where the laboratory cannot be built, or one of these programs is missing. */
    static void assumePossible(String... programs) {
        assumeWorks("making network namespaces", "unshare", "-n", "true");
        assumeWorks(
                "making cables", "unshare", "-n", "ip", "link", "add", "one", "type", "veth", "peer", "name", "two");
        assumeWorks("joining them", "unshare", "-n", "ip", "link", "add", "one", "type", "bridge");
        String probe = "t8leak-probe-" + ProcessHandle.current().pid();
        assumeWorks("naming namespaces", "sh", "-c", "ip netns add " + probe + " && ip netns del " + probe);
        assumeWorks("capturing packets", "tcpdump", "--version");
        for (String program : programs) {
            assumeWorks("running " + program, "sh", "-c", "command -v " + program);
        }
    }

    static void assumeWorks(String what, String... command) {
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            works = false;
        }
        String reason = what + " does not work here: needs Linux, root, and \"" + String.join(" ", command) + "\"";
        if (!works) {
            System.out.println("SKIPPED: " + reason);
        }
        assumeTrue(works, reason);
    }

    /**
     * Makes the hosts.
     *
     * @param name of the case: where its captures and logs are kept, under target/leaks
     */
    static LeakLab open(String name, int relays, int exits, int seeders) throws IOException {
        Path folder = FOLDER.resolve(name).toAbsolutePath();
        remove(folder);
        Files.createDirectories(folder);
        String prefix = "t8leak-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
        Process script = new ProcessBuilder(
                        "bash",
                        SCRIPT.toString(),
                        prefix,
                        Integer.toString(relays),
                        Integer.toString(exits),
                        Integer.toString(seeders))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        LeakLab lab = new LeakLab(script, folder);
        try {
            lab.readHosts();
        } catch (IOException e) {
            lab.close();
            throw e;
        }
        return lab;
    }

    private void readHosts() throws IOException {
        @SuppressWarnings("resource") // it is the script's for as long as the laboratory lasts
        BufferedReader lines = script.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine()) {
            if (line == null) {
                throw new IOException("leak-lab.sh has ended");
            }
            LabHost host = LabHost.parse(line);
            hosts.put(host.name(), host);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder, new FileVisitOption[0])) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    LabHost host(String name) {
        return hosts.get(name);
    }

    /** Hosts whose names are this and a number. */
    List<LabHost> hosts(String kind) {
        return hosts.values().stream()
                .filter(host -> host.name().matches(kind + "\\d+"))
                .toList();
    }

    /** Where this case's captures, logs and files are. */
    Path folder() {
        return folder;
    }

    /** A folder of this case, made when missing. */
    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("a folder cannot be made", e);
        }
    }

    /** Starts a process; its standard error is added to NAME.log. */
    LabProcess start(LabHost host, String name, List<String> command) {
        LabProcess process = new LabProcess(host, name, folder.resolve(name + ".log"), command);
        processes.add(process);
        return process;
    }

    @Override
    public void close() {
        processes.forEach(LabProcess::close);
        try {
            script.getOutputStream().close();
            if (!script.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                script.destroy();
            }
        } catch (IOException e) {
            script.destroy();
        } catch (InterruptedException e) {
            script.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
