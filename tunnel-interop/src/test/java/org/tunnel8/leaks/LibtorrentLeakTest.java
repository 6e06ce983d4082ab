package org.tunnel8.leaks;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** libtorrent behind our proxy sends nothing around it, whatever happens to anybody. */
@Tag("leaks")
@Isolated
class LibtorrentLeakTest {
    private static final int RELAYS = 4;
    private static final int EXITS = 2;
    private static final int SEEDERS = 2;

    @Test
    void sendsNothingAroundTheTunnelOverUdp() throws Exception {
        LeakLab.assumePossible("java", "opentracker");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("leaks: seed " + seed);
        try (LeakLab lab = LeakLab.open("libtorrent-udp", RELAYS, EXITS, SEEDERS)) {
            new LeakRun("libtorrent over UDP", lab, Libtorrent.overUdp(lab), seed).play();
        }
    }
}
