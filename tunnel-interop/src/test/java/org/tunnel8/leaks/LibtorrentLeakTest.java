package org.tunnel8.leaks;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
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
        play("UDP", Libtorrent::overUdp, Swarm.TRACKERS);
    }

    @Test
    void sendsNothingAroundTheTunnelOverTcp() throws Exception {
        play("TCP", Libtorrent::overTcp, Swarm.HTTP_TRACKERS);
    }

    private static void play(String protocol, Function<LeakLab, TorrentClient> client, List<String> trackers)
            throws Exception {
        LeakLab.assumePossible("opentracker");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("leaks: seed " + seed);
        try (LeakLab lab = LeakLab.open("libtorrent-" + protocol.toLowerCase(Locale.ROOT), RELAYS, EXITS, SEEDERS)) {
            new LeakRun("libtorrent over " + protocol, lab, client.apply(lab), trackers, seed).play();
        }
    }
}
