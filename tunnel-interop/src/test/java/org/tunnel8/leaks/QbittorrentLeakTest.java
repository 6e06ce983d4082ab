package org.tunnel8.leaks;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** qBittorrent behind our proxy sends nothing around it, whatever happens to anybody. */
@Tag("leaks")
@Isolated
class QbittorrentLeakTest {
    private static final int RELAYS = 4;
    private static final int EXITS = 2;
    private static final int SEEDERS = 2;

    @Test
    void sendsNothingAroundTheTunnelOverUdp() throws Exception {
        LeakLab.assumePossible("opentracker", "qbittorrent-nox");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("leaks: seed " + seed);
        try (LeakLab lab = LeakLab.open("qbittorrent-udp", RELAYS, EXITS, SEEDERS)) {
            new LeakRun("qBittorrent over UDP", lab, Qbittorrent.withoutDht(lab), Swarm.TRACKERS, seed).play();
        }
    }
}
