package org.tunnel8.leaks;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The anonymity network and the client's proxy, each a process of the command line on its host. For one thread. */
final class TunnelParties {
    /** Where the proxy listens, on the client's loopback interface. */
    static final int PROXY_PORT = 1080;

    private static final int PORT = 7000;
    /** Not the id of any network that is deployed. */
    private static final String COMMUNITY = "74756e6e656c382d6c65616b2d6c61626f726174";

    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration READY_LIMIT = Duration.ofSeconds(120);
    /** Since this version Java wants to be told what Netty does. */
    private static final int RESTRICTIVE_JAVA = 24;

    private final LeakLab lab;
    private final Map<String, LabProcess> running = new LinkedHashMap<>();

    TunnelParties(LeakLab lab) {
        this.lab = lab;
    }

    /** Where the relays, exits and the bootstrap server listen. */
    Set<InetSocketAddress> endpoints() {
        Set<InetSocketAddress> endpoints =
                new HashSet<>(Set.of(lab.host("bootstrap").endpoint(PORT)));
        lab.hosts("relay").forEach(host -> endpoints.add(host.endpoint(PORT)));
        lab.hosts("exit").forEach(host -> endpoints.add(host.endpoint(PORT)));
        return endpoints;
    }

    void startBootstrap() {
        startNode(lab.host("bootstrap"), "bootstrap");
        awaitReady(List.of(lab.host("bootstrap")));
    }

    /** Starts all relays, the first time or after {@link #killRelays()}. */
    void startRelays() {
        lab.hosts("relay").forEach(host -> startNode(host, "relay"));
    }

    void startExits() {
        lab.hosts("exit")
                .forEach(host -> startNode(
                        host,
                        "exit-bt,exit-http",
                        "--exit-bind",
                        host.outsideAddress().getHostAddress()));
    }

    void awaitRelays() {
        awaitReady(lab.hosts("relay"));
    }

    void awaitExits() {
        awaitReady(lab.hosts("exit"));
    }

    void killRelays() {
        lab.hosts("relay").forEach(host -> running.get(host.name()).kill());
    }

    void killExits() {
        lab.hosts("exit").forEach(host -> running.get(host.name()).kill());
    }

    private void startNode(LabHost host, String roles, String... more) {
        List<String> command = commandLine("node", "--roles", roles);
        command.addAll(List.of("--listen", host.addresses().get(0) + ":" + PORT));
        command.addAll(
                List.of("--key", lab.folder().resolve(host.name() + ".key").toString()));
        command.addAll(List.of("--community", COMMUNITY));
        command.addAll(List.of(more));
        if (!roles.equals("bootstrap")) {
            command.addAll(bootstrapOption());
        }
        running.put(host.name(), lab.start(host, host.name(), command));
    }

    private void awaitReady(List<LabHost> hosts) {
        hosts.forEach(host -> running.get(host.name()).await("ready", START_LIMIT));
    }

    /** Starts the client's proxy, with circuits of three hops; returns when it listens, circuits or not. */
    LabProcess startProxy() {
        List<String> command = commandLine("socks", "--listen", "127.0.0.1:" + PROXY_PORT, "--hops", "3");
        command.addAll(List.of("--min-peers", "3", "--community", COMMUNITY));
        command.addAll(bootstrapOption());
        LabProcess proxy = lab.start(lab.host("client"), "proxy", command);
        proxy.await("proxy", START_LIMIT);
        return proxy;
    }

    /** Starts {@link LeasedProxy} in its place; its circuits have three hops as well. */
    LabProcess startLeasedProxy() {
        List<String> command = java(LeasedProxy.class.getName());
        command.addAll(List.of(Integer.toString(PROXY_PORT), COMMUNITY));
        command.addAll(List.of(lab.host("bootstrap").addresses().get(0), Integer.toString(PORT)));
        LabProcess proxy = lab.start(lab.host("client"), "proxy", command);
        proxy.await("proxy", START_LIMIT);
        return proxy;
    }

    /** Starts a download by bt in one process with the tunnel; returns at once. */
    LabProcess startFetch(LabTorrent torrent, Path folder) {
        List<String> command = commandLine("fetch", "--client", "bt", "--hops", "3", "--min-peers", "3");
        command.addAll(List.of("--output", folder.toString(), "--community", COMMUNITY));
        command.addAll(bootstrapOption());
        command.add(torrent.file().toString());
        return lab.start(lab.host("client"), "fetch", command);
    }

    static void awaitCircuit(LabProcess proxy) {
        proxy.await("ready", READY_LIMIT);
    }

    private List<String> bootstrapOption() {
        return List.of("--bootstrap", lab.host("bootstrap").addresses().get(0) + ":" + PORT);
    }

    private static List<String> commandLine(String... arguments) {
        List<String> command = java("org.tunnel8.examples.TunnelCommand");
        command.addAll(List.of(arguments));
        command.add("--json");
        return command;
    }

    private static List<String> java(String main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Runtime.version().feature() >= RESTRICTIVE_JAVA) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of(
                "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main));
        return command;
    }
}
