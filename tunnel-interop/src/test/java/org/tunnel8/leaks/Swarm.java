package org.tunnel8.leaks;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** opentracker and the seeders, unmodified, each on its host; who they saw, by their own account and their cables'. For one thread. */
final class Swarm {
    static final int TRACKER_PORT = 6969;
    static final int PEER_PORT = 6881;

    /** By name, so that somebody has to look it up; over UDP and HTTP. */
    static final List<String> TRACKERS = List.of(
            "udp://tracker.lab:" + TRACKER_PORT + "/announce", "http://tracker.lab:" + TRACKER_PORT + "/announce");

    /** Those of them that a client without UDP can ask. */
    static final List<String> HTTP_TRACKERS = TRACKERS.subList(1, 2);

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Tells the one who asks the tracker for this test from the others there: nobody listens at such a port. */
    private static final String ASKERS_PORT = "9";

    private final LeakLab lab;
    private final List<LabTorrent> torrents;
    private final Map<LabHost, Capture> captures = new HashMap<>();
    private final Map<LabHost, Set<InetAddress>> senders = new HashMap<>();
    private final List<LabProcess> seeders = new ArrayList<>();

    /** @param torrents what is seeded, and all that the tracker serves */
    Swarm(LeakLab lab, List<LabTorrent> torrents) {
        this.lab = lab;
        this.torrents = List.copyOf(torrents);
    }

    /** Starts all of it. Seeders offer each torrent no faster than this, except the first one. */
    void start(int bytesPerSecond) {
        startTracker();
        for (LabHost host : lab.hosts("seeder")) {
            capture(host);
            LabProcess seeder = lab.start(host, host.name(), TorrentScript.command(seederSettings(host)));
            seeder.await("ready", LIMIT);
            for (LabTorrent torrent : torrents) {
                int limit = torrent == torrents.get(0) ? 0 : bytesPerSecond;
                seeder.say(TorrentScript.seed(torrent, limit));
            }
            seeders.add(seeder);
        }
        Waiting.until(
                "the tracker knows all seeders", LIMIT, () -> peersOfTracker().size() == seeders.size());
    }

    private static JsonObject seederSettings(LabHost host) {
        JsonObject settings = TorrentScript.quiet();
        settings.addProperty("listen_interfaces", host.addresses().get(0) + ":" + PEER_PORT);
        settings.addProperty("enable_dht", true);
        settings.addProperty("dht_bootstrap_nodes", "198.18.7.1:" + PEER_PORT);
        // All of a client's connections come from the few exits.
        settings.addProperty("allow_multiple_connections_per_ip", true);
        return settings;
    }

    private void startTracker() {
        LabHost host = lab.host("tracker");
        capture(host);
        Path folder = lab.folder("tracker");
        StringBuilder list = new StringBuilder();
        torrents.forEach(torrent -> list.append(torrent.infoHash()).append('\n'));
        try {
            Files.writeString(folder.resolve("whitelist"), list);
        } catch (IOException e) {
            throw new UncheckedIOException("the tracker's list of torrents cannot be written", e);
        }
        String address = host.addresses().get(0);
        String port = Integer.toString(TRACKER_PORT);
        // It reads the list in a thread, before or after the folder has become its root: both ways it is there.
        lab.start(
                host,
                "tracker",
                List.of(
                        "env",
                        "-C",
                        folder.toString(),
                        "opentracker",
                        "-i",
                        address,
                        "-p",
                        port,
                        "-P",
                        port,
                        "-d",
                        folder.toString(),
                        "-w",
                        "whitelist"));
    }

    private void capture(LabHost host) {
        captures.put(host, Capture.start(lab, host));
        senders.put(host, new TreeSet<>(new ByText()));
    }

    /** Has all seeders ask tracker and DHT again. */
    void announce() {
        seeders.forEach(seeder -> seeder.say(TorrentScript.announce()));
    }

    /** The addresses that the tracker gives to who asks for peers. */
    Set<InetAddress> peersOfTracker() {
        List<String> command = new ArrayList<>(TorrentScript.python("ask_tracker.py"));
        command.add("http://" + lab.host("tracker").addresses().get(0) + ":" + TRACKER_PORT + "/announce");
        command.add(ASKERS_PORT);
        torrents.forEach(torrent -> command.add(torrent.infoHash()));
        LabProcess asker = lab.start(lab.host("world"), "asker", command);
        Waiting.until("the tracker answers", LIMIT, () -> !asker.isAlive());
        asker.close();
        return addresses(asker.lines());
    }

    /** Those that the seeders had dealings with, as they say. */
    Set<InetAddress> peersOfSeeders() {
        List<String> seen = new ArrayList<>();
        for (LabProcess seeder : seeders) {
            seeder.events("peer").forEach(event -> seen.add(event.get("address").getAsString()));
        }
        return addresses(seen);
    }

    /** Whoever has sent to the tracker's or a seeder's host, by the capture at its cable, over UDP or TCP. */
    Set<InetAddress> senders() {
        Set<InetAddress> all = new TreeSet<>(new ByText());
        captures.forEach((host, capture) -> capture.news().stream()
                .filter(frame -> frame.target().equals(host.mac()))
                .forEach(frame -> note(frame.packet(), senders.get(host))));
        senders.values().forEach(all::addAll);
        return all;
    }

    private static void note(Packet packet, Set<InetAddress> senders) {
        if (packet instanceof Packet.Udp udp) {
            senders.add(udp.source().getAddress());
        } else if (packet instanceof Packet.Tcp tcp) {
            senders.add(tcp.source().getAddress());
        }
    }

    /** Whom the swarm may know: the exits by their addresses for the outside, its own, and the one who asks the tracker. */
    Set<InetAddress> allowed() {
        Set<InetAddress> allowed = new TreeSet<>(new ByText());
        lab.hosts("exit").forEach(host -> allowed.add(host.outsideAddress()));
        lab.hosts("seeder").forEach(host -> allowed.add(host.address()));
        allowed.add(lab.host("tracker").address());
        allowed.add(lab.host("world").address());
        return allowed;
    }

    private static Set<InetAddress> addresses(List<String> texts) {
        Set<InetAddress> addresses = new TreeSet<>(new ByText());
        for (String text : texts) {
            try {
                addresses.add(InetAddress.getByName(text));
            } catch (UnknownHostException e) {
                throw new AssertionError("not an address: " + text, e);
            }
        }
        return addresses;
    }

    private static final class ByText implements java.util.Comparator<InetAddress> {
        @Override
        public int compare(InetAddress one, InetAddress other) {
            return one.getHostAddress().compareTo(other.getHostAddress());
        }
    }
}
