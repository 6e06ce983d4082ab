package org.tunnel8.leaks;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A process on a host of the laboratory. What it says is added to a file; that on standard output is kept. Thread-safe. */
final class LabProcess {
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Path log;
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    LabProcess(LabHost host, String name, Path log, List<String> command) {
        this.name = name;
        this.log = log;
        ProcessBuilder builder = new ProcessBuilder("ip", "netns", "exec", host.namespace());
        builder.command().addAll(command);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        // No way out around the cable, and nothing of the one who runs the test: proxies, homes, options for Java.
        builder.environment().keySet().removeIf(key -> key.toLowerCase().endsWith("_proxy"));
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "TUNNEL_LOG"));
        builder.environment().put("HOME", log.getParent().toString());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not start", e);
        }
        reader = new Thread(this::read, "lab-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                lines.add(line);
                Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException killed) {
            lines.add("");
        }
    }

    String name() {
        return name;
    }

    /** The ports of its UDP sockets that are not on loopback, as the kernel has them. */
    List<Integer> portsBeyondLoopback() {
        // Of the process itself: "ip netns exec" becomes it.
        return ProcessSockets.udpPortsBeyondLoopback(process.pid());
    }

    /** The only one of them. */
    int portBeyondLoopback() {
        List<Integer> ports = portsBeyondLoopback();
        if (ports.size() != 1) {
            throw new AssertionError(name + " has not one UDP socket beyond loopback, but at ports " + ports);
        }
        return ports.get(0);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its exit status, once it has ended. */
    int status() {
        return process.exitValue();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The JSON objects among its lines whose "event" is this one. */
    List<JsonObject> events(String event) {
        return lines.stream()
                .filter(line -> line.startsWith("{"))
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .filter(object -> object.get("event").getAsString().equals(event))
                .toList();
    }

    /** Waits for an event; fails if the process ends before. */
    JsonObject await(String event, Duration limit) {
        Waiting.until(name + " says \"" + event + "\"", limit, () -> {
            if (!isAlive() && events(event).isEmpty()) {
                throw new AssertionError(name + " has ended with status " + process.exitValue() + ": " + lines);
            }
            return !events(event).isEmpty();
        });
        return events(event).get(0);
    }

    void say(JsonObject order) {
        say(order.toString());
    }

    void say(String order) {
        try {
            @SuppressWarnings("resource") // closing it would close the process's input
            BufferedWriter to = process.outputWriter(StandardCharsets.UTF_8);
            to.write(order);
            to.newLine();
            to.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not listen", e);
        }
    }

    /** SIGKILL: it has no time to say anything to anybody. */
    void kill() {
        if (!process.isAlive()) {
            throw new AssertionError(name + " had ended by itself, with status " + process.exitValue());
        }
        end(process.destroyForcibly());
    }

    /** SIGTERM, and what it says at its end. */
    void stop() {
        process.destroy();
        end(process);
    }

    /** Ends it without a word about whether it still ran. */
    void close() {
        end(process.destroyForcibly());
    }

    private void end(Process ending) {
        try {
            if (!ending.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                ending.destroyForcibly();
                throw new AssertionError(name + " does not end");
            }
            reader.join(END_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " ended", e);
        }
    }
}
