package org.tunnel8.examples.endure;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;

/**
 * One {@code tunnel node} in a process of its own, under the same Java and with the same class path as this one.
 *
 * <p>Its first start takes a free port and makes a key; from then on it keeps both. For one thread.
 */
public final class NodeProcess implements Member {
    /** A bootstrap server. */
    public static final String BOOTSTRAP = "bootstrap";

    /** A relay and nothing else. */
    public static final String RELAY = "relay";

    /** An exit for BitTorrent, which relays as well. */
    public static final String EXIT = "relay,exit-bt";

    /** Ten virtual machines on two cores start in a third of this. */
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    /** Ends the process if this one is itself killed, and nobody else does. */
    private static final Duration LONGEST_LIFE = Duration.ofHours(2);

    /** How shells and Java report an end by SIGKILL: 128 and the signal's number. */
    private static final int KILLED = 128 + 9;

    /** Since this version the launcher script gives these options too. */
    private static final int RESTRICTIVE_JAVA = 24;

    private final String name;
    private final String roles;
    private final TunnelNetwork network;
    private final Path keyFile;
    private InetSocketAddress address;
    private @Nullable PublicKey key;
    private @Nullable Process process;

    /**
     * Describes a process; {@link #restart()} starts it, the first time too.
     *
     * @param name what it is called in reports
     * @param roles as for {@code tunnel node --roles}
     * @param bindAddress the local address of its sockets
     * @param network the network to serve
     * @param folder where its key is kept, under its name
     */
    public NodeProcess(String name, String roles, InetAddress bindAddress, TunnelNetwork network, Path folder) {
        this.name = name;
        this.roles = roles;
        this.network = network;
        this.keyFile = folder.resolve(name + ".key");
        this.address = new InetSocketAddress(bindAddress, 0);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String label() {
        return key().toString();
    }

    /**
     * Tells where it listens.
     *
     * @return its address, with the port that it was given by its first start
     */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Tells who it is.
     *
     * @return its key
     * @throws IllegalStateException if it was never started
     */
    public PublicKey key() {
        if (key == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        return key;
    }

    @Override
    public CompletableFuture<Void> restart() {
        Process started;
        try {
            started = builder().start();
        } catch (IOException e) {
            throw new UncheckedIOException("the process of " + name + " does not start: " + e.getMessage(), e);
        }
        process = started;
        CompletableFuture<JsonObject> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(started, ready), "node-" + name);
        reader.setDaemon(true);
        reader.start();
        return ready.orTimeout(START_LIMIT.toSeconds(), TimeUnit.SECONDS).thenAccept(this::onReady);
    }

    private ProcessBuilder builder() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Small and quick to start: what it does is to pass on some thousand cells a second.
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= RESTRICTIVE_JAVA) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.tunnel8.examples.TunnelCommand"));
        command.addAll(List.of("node", "--json", "--roles", roles, "--listen", text(address)));
        command.addAll(List.of("--key", keyFile.toString(), "--community", network.communityId()));
        command.addAll(List.of("--duration", String.valueOf(LONGEST_LIFE.toSeconds())));
        network.bootstrap().forEach(server -> command.addAll(List.of("--bootstrap", text(server))));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // The level was chosen for this process; ten more on the same standard error would bury its lines.
        builder.environment().remove("TUNNEL_LOG");
        return builder;
    }

    private static String text(InetSocketAddress endpoint) {
        return endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort();
    }

    /** Reads to the end, so that the process never waits for somebody to take its lines. */
    private void read(Process from, CompletableFuture<JsonObject> ready) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject event = JsonParser.parseString(line).getAsJsonObject();
                if (event.get("event").getAsString().equals("ready")) {
                    ready.complete(event);
                }
            }
        } catch (IOException | JsonSyntaxException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IllegalStateException("the process of " + name + " ended before it was ready"));
    }

    private void onReady(JsonObject event) {
        String bound = event.get("address").getAsString();
        address = new InetSocketAddress(
                address.getAddress(), Integer.parseInt(bound.substring(bound.lastIndexOf(':') + 1)));
        try {
            key = PublicKey.parse(HexFormat.of().parseHex(event.get("publicKey").getAsString()));
        } catch (CryptoFailure e) {
            throw new IllegalStateException(name + " gives a key that is none", e);
        }
    }

    @Override
    public void kill() {
        int status = end();
        if (status != KILLED) {
            throw new IllegalStateException("the process of " + name + " had ended by itself, with status " + status);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            end();
        }
    }

    private int end() {
        Process ending = process;
        if (ending == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        try {
            if (!ending.destroyForcibly().waitFor(KILL_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the process of " + name + " cannot be killed");
            }
            return ending.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the process of " + name + " ended", e);
        }
    }
}
