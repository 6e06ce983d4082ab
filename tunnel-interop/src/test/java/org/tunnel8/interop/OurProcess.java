package org.tunnel8.interop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** One node of ours as users run it: a process of the command line. Killed when closed. */
final class OurProcess implements AutoCloseable {
    private static final int STOP_SECONDS = 20;
    /** Ends the process if the tests were killed and nobody else does. */
    private static final String LONGEST_SECONDS = "900";

    private final Process process;
    private final Member member;

    private OurProcess(Process process, Member member) {
        this.process = process;
        this.member = member;
    }

    static OurProcess start(String name, boolean exit, TunnelNetwork network) {
        return start(name, exit, exit ? "relay,exit-bt,exit-ipv8,speed-test" : "relay,speed-test", network);
    }

    static OurProcess startBootstrap(String communityId) {
        return start("bootstrap", false, "bootstrap", TunnelNetwork.of(communityId, List.of()));
    }

    private static OurProcess start(String name, boolean exit, String roles, TunnelNetwork network) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.tunnel8.examples.TunnelCommand",
                "node",
                "--json",
                "--roles",
                roles,
                "--listen",
                "127.0.0.1:0",
                "--duration",
                LONGEST_SECONDS,
                "--community",
                network.communityId()));
        network.bootstrap().forEach(server -> command.addAll(List.of("--bootstrap", "127.0.0.1:" + server.getPort())));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            JsonObject ready = JsonParser.parseString(lines.readLine()).getAsJsonObject();
            return new OurProcess(
                    process,
                    new Member(
                            name,
                            Make.OURS,
                            exit,
                            ready.get("publicKey").getAsString(),
                            ready.get("address").getAsString(),
                            null,
                            null));
        } catch (IOException e) {
            throw new UncheckedIOException("our node does not start", e);
        }
    }

    Member member() {
        return member;
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
