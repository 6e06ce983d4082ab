package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.tunnel8.leaks.ClientTraffic.Kind;

/** bt on streams of the tunnel, in one process with it, sends nothing around it, whatever happens to anybody. */
@Tag("leaks")
@Isolated
class BtLeakTest {
    private static final int MIB = 1024 * 1024;
    /** Slow enough that the one download lasts through all that is done to it. */
    private static final int SEEDERS_BYTES_PER_SECOND = MIB / 2;

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private LeakLab lab;
    private Swarm swarm;
    private TunnelParties parties;
    private ClientCable cable;
    private LabTorrent torrent;
    private Path folder;

    @Test
    void sendsNothingAroundTheTunnel() throws Exception {
        LeakLab.assumePossible("opentracker");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("leaks: seed " + seed);
        try (LeakLab opened = LeakLab.open("bt", 4, 2, 2)) {
            lab = opened;
            // The swarm's limit is not for the first torrent.
            LabTorrent unused = LabTorrent.write(lab.folder("seeded"), "unused", MIB, seed, Swarm.TRACKERS);
            torrent = LabTorrent.write(lab.folder("seeded"), "fetched", 24 * MIB, seed + 1, Swarm.TRACKERS);
            folder = lab.folder("downloads");
            swarm = new Swarm(lab, List.of(unused, torrent));
            parties = new TunnelParties(lab);
            play();
        }
    }

    private void play() {
        swarm.start(SEEDERS_BYTES_PER_SECOND);
        parties.startBootstrap();
        cable = new ClientCable(lab, parties);
        LabProcess fetch = start();
        watch();
        phase("without a network");
        parties.startRelays();
        parties.startExits();
        parties.awaitRelays();
        parties.awaitExits();
        await("begins to download", torrent::isBegunIn);
        phase("a download begins");
        parties.killRelays();
        watch();
        phase("all relays killed");
        parties.startRelays();
        parties.awaitRelays();
        parties.killExits();
        watch();
        phase("relays back, all exits killed");
        parties.startExits();
        parties.awaitExits();
        assertThat(torrent.isIn(folder))
                .as("whole before the process was killed")
                .isFalse();
        fetch.kill();
        watch();
        phase("exits back, the process killed");
        start();
        await("has downloaded", torrent::isIn);
        phase("started again, the whole download");
        int missed = cable.stop();
        look();
        System.out.printf(Locale.ROOT, "leaks: bt: %s, not captured: %d%n", cable.traffic(), missed);
        assertThat(missed).as("packets that tcpdump could not take").isZero();
        assertThat(swarm.allowed()).as("those whom seeders may have seen").containsAll(swarm.peersOfSeeders());
        assertThat(swarm.allowed()).as("those whom the tracker may know").containsAll(swarm.peersOfTracker());
        assertThat(cable.traffic().count(Kind.TUNNEL_IN))
                .as("frames of the tunnel")
                .isGreaterThan(10_000);
    }

    private LabProcess start() {
        LabProcess fetch = parties.startFetch(torrent, folder);
        Waiting.until(
                "the tunnel has its port",
                LIMIT,
                () -> fetch.portsBeyondLoopback().size() == 1);
        cable.traffic().addTunnelPort(fetch.portBeyondLoopback());
        return fetch;
    }

    private void phase(String title) {
        look();
        System.out.printf(
                Locale.ROOT,
                "leaks: bt: %-34s %6d frames%n",
                title,
                cable.traffic().total());
    }

    private void look() {
        cable.look();
        assertThat(swarm.allowed()).as("those whom the swarm may have heard").containsAll(swarm.senders());
    }

    private void watch() {
        Waiting.during("nothing leaks", SILENCE, () -> {
            look();
            return true;
        });
    }

    private void await(String what, Predicate<Path> condition) {
        Waiting.until("bt " + what, LIMIT, () -> {
            look();
            return condition.test(folder);
        });
    }
}
