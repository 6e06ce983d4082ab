package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.tunnel8.leaks.ClientTraffic.Kind;

/**
 * Takes a torrent client through all that may happen to it and to the network, and fails as soon as the capture at its cable
 * shows anything but the tunnel, or the swarm has seen anybody but exits. For one thread.
 */
final class LeakRun {
    private static final int MIB = 1024 * 1024;
    /** Slow enough that a download is under way when something is killed. */
    private static final int SEEDERS_BYTES_PER_SECOND = 1 * MIB;

    private static final Duration TRANSFER_LIMIT = Duration.ofSeconds(180);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int ASK_TIMES = 2;
    /** How long is looked at a torrent client that gets no answer from anybody. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private final String name;
    private final LeakLab lab;
    private final TorrentClient client;
    private final TunnelParties parties;
    private final Swarm swarm;
    private final ClientCable cable;
    private final ClientTraffic traffic;
    private final List<LabTorrent> torrents = new ArrayList<>();
    private LabProcess proxy;

    LeakRun(String name, LeakLab lab, TorrentClient client, List<String> trackers, long seed) {
        this.name = name;
        this.lab = lab;
        this.client = client;
        this.parties = new TunnelParties(lab);
        for (Torrent torrent : Torrent.values()) {
            torrents.add(LabTorrent.write(
                    lab.folder("seeded"),
                    torrent.name().toLowerCase(Locale.ROOT),
                    torrent.bytes,
                    seed + torrent.ordinal(),
                    trackers));
        }
        this.swarm = new Swarm(lab, torrents);
        this.cable = new ClientCable(lab, parties);
        this.traffic = cable.traffic();
    }

    /** One for each phase that downloads: peers of an older one may be left alone by a client for a minute. */
    private enum Torrent {
        WHOLE(8 * MIB),
        RELAYS_KILLED(4 * MIB),
        RELAYS_BACK(2 * MIB),
        EXITS_KILLED(4 * MIB),
        EXITS_BACK(2 * MIB),
        PROXY_KILLED(4 * MIB),
        PROXY_BACK(2 * MIB),
        CLIENT_KILLED(4 * MIB),
        PROXY_GONE(16 * MIB);

        private final long bytes;

        Torrent(long bytes) {
            this.bytes = bytes;
        }
    }

    void play() {
        long beginNanos = System.nanoTime();
        phase("swarm starts", () -> {
            swarm.start(SEEDERS_BYTES_PER_SECOND);
            parties.startBootstrap();
        });
        phase("torrent client without a proxy", () -> {
            client.start();
            client.add(torrent(Torrent.WHOLE));
            watch(Duration.ofSeconds(2));
        });
        phase("proxy without a network", () -> {
            startProxy();
            client.announce();
            watch(SILENCE);
        });
        assertThat(traffic.count(Kind.TUNNEL_OUT))
                .as("questions to the bootstrap server")
                .isPositive();
        assertThat(swarm.senders()).as("those whom the swarm has heard").doesNotContainAnyElementsOf(exits());
        phase("before the first circuit", () -> {
            parties.startRelays();
            parties.startExits();
            parties.awaitRelays();
            parties.awaitExits();
            TunnelParties.awaitCircuit(proxy);
        });
        phase("a whole transfer", () -> {
            client.announce();
            complete(Torrent.WHOLE);
        });
        phase("all relays killed", () -> {
            begin(Torrent.RELAYS_KILLED);
            parties.killRelays();
            client.announce();
            watch(SILENCE);
        });
        phase("relays back", () -> {
            parties.startRelays();
            parties.awaitRelays();
            download(Torrent.RELAYS_BACK);
        });
        phase("all exits killed", () -> {
            begin(Torrent.EXITS_KILLED);
            parties.killExits();
            client.announce();
            watch(SILENCE);
        });
        phase("exits back", () -> {
            parties.startExits();
            parties.awaitExits();
            download(Torrent.EXITS_BACK);
        });
        phase("proxy killed", () -> {
            begin(Torrent.PROXY_KILLED);
            proxy.kill();
            client.announce();
            watch(SILENCE);
        });
        phase("proxy back", () -> {
            startProxy();
            TunnelParties.awaitCircuit(proxy);
            client.reconnect();
            download(Torrent.PROXY_BACK);
        });
        phase("torrent client killed", () -> {
            begin(Torrent.CLIENT_KILLED);
            client.kill();
            watch(Duration.ofSeconds(3));
        });
        phase("torrent client back", () -> {
            client.start();
            client.add(torrent(Torrent.CLIENT_KILLED));
            complete(Torrent.CLIENT_KILLED);
        });
        phase("proxy gone for good", () -> {
            begin(Torrent.PROXY_GONE);
            proxy.kill();
            client.announce();
            watch(SILENCE);
        });
        verdict((System.nanoTime() - beginNanos) / 1e9);
    }

    private void phase(String title, Runnable body) {
        long beginNanos = System.nanoTime();
        int before = traffic.total();
        try {
            body.run();
        } catch (Throwable e) {
            System.out.printf(Locale.ROOT, "leaks: %s: failed in \"%s\": %s%n", name, title, traffic);
            throw e;
        }
        look();
        System.out.printf(
                Locale.ROOT,
                "leaks: %s: %-32s %5.1f s, %6d frames%n",
                name,
                title,
                (System.nanoTime() - beginNanos) / 1e9,
                traffic.total() - before);
    }

    /** Looks at what was captured, by the client's host and by the swarm. */
    private void look() {
        cable.look();
        assertThat(swarm.allowed()).as("those whom the swarm may have heard").containsAll(swarm.senders());
    }

    private void watch(Duration time) {
        Waiting.during("nothing leaks", time, () -> {
            look();
            return true;
        });
    }

    private void startProxy() {
        proxy = parties.startProxy();
        traffic.addTunnelPort(proxy.portBeyondLoopback());
    }

    /** Begins a download, and waits until the first piece is there. */
    private void begin(Torrent begun) {
        LabTorrent torrent = torrent(begun);
        client.add(torrent);
        await("begins to download", torrent, torrent::isBegunIn);
        assertThat(torrent.isIn(client.folderOf(torrent)))
                .as("whole before anything happened")
                .isFalse();
    }

    private void download(Torrent whole) {
        client.add(torrent(whole));
        complete(whole);
    }

    private void complete(Torrent begun) {
        LabTorrent torrent = torrent(begun);
        await("has downloaded", torrent, torrent::isIn);
    }

    /** Waits as somebody does who is impatient: has trackers asked again and again, and takes the torrent away and back. */
    private void await(String what, LabTorrent torrent, Predicate<Path> condition) {
        Path folder = client.folderOf(torrent);
        AtomicLong askedNanos = new AtomicLong(System.nanoTime());
        AtomicInteger asked = new AtomicInteger();
        Waiting.until(what + " " + torrent, TRANSFER_LIMIT, () -> {
            look();
            assertThat(client.isAlive()).as("the torrent client runs").isTrue();
            boolean holds = condition.test(folder);
            if (!holds && System.nanoTime() - askedNanos.get() > PATIENCE.toNanos()) {
                askedNanos.set(System.nanoTime());
                if (asked.incrementAndGet() % ASK_TIMES == 0) {
                    client.again(torrent);
                } else {
                    client.announce();
                }
            }
            return holds;
        });
    }

    private LabTorrent torrent(Torrent which) {
        return torrents.get(which.ordinal());
    }

    private Set<InetAddress> exits() {
        Set<InetAddress> exits = new HashSet<>();
        lab.hosts("exit").forEach(host -> exits.add(host.outsideAddress()));
        return exits;
    }

    /** After everything: that the capture is whole, that it shows what it must, and what the swarm's own accounts say. */
    private void verdict(double seconds) {
        int missed = cable.stop();
        look();
        System.out.printf(Locale.ROOT, "leaks: %s: %.0f s, %s, not captured: %d%n", name, seconds, traffic, missed);
        System.out.printf(
                "leaks: %s: seeders saw %s, the tracker tells of %s%n",
                name, swarm.peersOfSeeders(), swarm.peersOfTracker());
        assertThat(missed).as("packets that tcpdump could not take").isZero();
        assertThat(swarm.allowed()).as("those whom seeders may have seen").containsAll(swarm.peersOfSeeders());
        assertThat(swarm.allowed()).as("those whom the tracker may know").containsAll(swarm.peersOfTracker());
        assertThat(swarm.peersOfSeeders())
                .as("exits among those whom seeders saw")
                .containsAnyElementsOf(exits());
        assertThat(swarm.peersOfTracker())
                .as("exits among those whom the tracker knows")
                .containsAnyElementsOf(exits());
        assertThat(traffic.count(Kind.TUNNEL_IN)).as("frames of the tunnel").isGreaterThan(10_000);
    }
}
