package org.tunnel8.interop;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process with real py-ipv8 nodes in it, steered by requests (host.py). Thread-safe; ends its process when closed. */
final class PythonHost implements AutoCloseable {
    private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();
    private static final String DEBIAN_PYTHON = "/usr/bin/python3";
    private static final int STOP_SECONDS = 20;
    private static final int ANSWER_SECONDS = 600;

    private final Process process;
    private final Map<Integer, CompletableFuture<JsonElement>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Thread reader;

    private PythonHost(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "python-host-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static PythonHost start() {
        try {
            return new PythonHost(command("host.py")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("Python does not start", e);
        }
    }

    /** A script of the tests under the Python that has py-ipv8's dependencies; -Dtunnel8.python names another one. */
    static ProcessBuilder command(String script, String... arguments) {
        String fallback = Files.isExecutable(Path.of(DEBIAN_PYTHON)) ? DEBIAN_PYTHON : "python3";
        ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("tunnel8.python", fallback),
                SCRIPTS.resolve(script).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        return builder;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject answer = JsonParser.parseString(line).getAsJsonObject();
                CompletableFuture<JsonElement> asked =
                        waiting.remove(answer.get("id").getAsInt());
                if (asked != null && answer.has("error")) {
                    asked.completeExceptionally(
                            new PythonFailure(answer.get("error").getAsString()));
                } else if (asked != null) {
                    asked.complete(answer.has("value") ? answer.get("value") : JsonNull.INSTANCE);
                }
            }
        } catch (IOException e) {
            // The process has ended; so do the questions.
            waiting.values().forEach(asked -> asked.completeExceptionally(e));
        }
        waiting.values().forEach(asked -> asked.completeExceptionally(new PythonFailure("the Python process ended")));
    }

    /** What host.py answers to a command with an error. */
    static final class PythonFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PythonFailure(String message) {
            super(message);
        }
    }

    /** Sends a command with arguments given as name, value, name, value; completes with its answer. */
    CompletableFuture<JsonElement> ask(String command, Object... arguments) {
        Map<String, Object> request = new LinkedHashMap<>();
        int id = lastId.incrementAndGet();
        request.put("id", id);
        request.put("do", command);
        for (int i = 0; i < arguments.length; i += 2) {
            request.put((String) arguments[i], arguments[i + 1]);
        }
        CompletableFuture<JsonElement> asked = new CompletableFuture<>();
        waiting.put(id, asked);
        byte[] line = (new Gson().toJson(request) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            synchronized (process) {
                process.getOutputStream().write(line);
                process.getOutputStream().flush();
            }
        } catch (IOException e) {
            waiting.remove(id);
            asked.completeExceptionally(e);
        }
        return asked.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** As {@link #ask}, and waits for the answer. */
    JsonElement call(String command, Object... arguments) {
        try {
            return ask(command, arguments).join();
        } catch (CompletionException e) {
            throw new AssertionError(command + " failed: " + e.getCause(), e.getCause());
        }
    }

    JsonObject callForObject(String command, Object... arguments) {
        return call(command, arguments).getAsJsonObject();
    }

    /** Ends the process without a word to anybody. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroyForcibly();
        }
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            reader.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
