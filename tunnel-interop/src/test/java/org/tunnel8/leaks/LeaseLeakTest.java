package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.tunnel8.leaks.ClientTraffic.Leak;

/** Direct connections are on the cable while they are allowed, and at no other time. */
@Tag("leaks")
@Isolated
class LeaseLeakTest {
    private static final int MIB = 1024 * 1024;
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    /** For what the kernel still says about sockets that were closed: the ends of TCP connections. */
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private LeakLab lab;
    private ClientCable cable;
    private Libtorrent client;

    @Test
    void nothingGoesDirectlyBeforeALeaseNorAfterIt() throws Exception {
        LeakLab.assumePossible("opentracker");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("leaks: seed " + seed);
        try (LeakLab opened = LeakLab.open("lease", 4, 2, 2)) {
            lab = opened;
            play(seed);
        }
    }

    private void play(long seed) {
        LabTorrent direct = torrent("direct", 4 * MIB, seed);
        LabTorrent interrupted = torrent("interrupted", 16 * MIB, seed + 1);
        LabTorrent tunnelled = torrent("tunnelled", 4 * MIB, seed + 2);
        Swarm swarm = new Swarm(lab, List.of(direct, interrupted, tunnelled));
        swarm.start(MIB);
        TunnelParties parties = new TunnelParties(lab);
        cable = new ClientCable(lab, parties);
        parties.startBootstrap();
        LabProcess proxy = parties.startLeasedProxy();
        cable.traffic().addTunnelPort(proxy.portBeyondLoopback());
        client = Libtorrent.overUdp(lab);
        client.start();
        client.add(direct);
        watch("nothing goes directly before the lease", cable::look);

        proxy.say("grant");
        proxy.await("granted", LIMIT);
        until("downloads directly", () -> direct.isIn(client.folderOf(direct)));
        client.add(interrupted);
        until("begins to download directly", () -> interrupted.isBegunIn(client.folderOf(interrupted)));
        InetAddress own = lab.host("client").address();
        assertThat(swarm.senders())
                .as("those whom the swarm has heard during the lease")
                .contains(own);

        proxy.say("revoke");
        proxy.await("revoked", LIMIT);
        Instant revoked = Instant.now();
        watch(
                "nothing goes directly after the lease",
                () -> assertThat(sentAfter(revoked)).isEmpty());

        parties.startRelays();
        parties.startExits();
        parties.awaitRelays();
        parties.awaitExits();
        proxy.await("ready", LIMIT);
        client.add(tunnelled);
        until("downloads through the tunnel", () -> tunnelled.isIn(client.folderOf(tunnelled)));
        int missed = cable.stop();
        cable.judge();
        System.out.printf(
                Locale.ROOT,
                "leaks: lease: %d frames, sent directly during it: %d, after it: %d, not captured: %d%n",
                cable.traffic().total(),
                cable.traffic().leaks().stream().filter(Leak::outward).count(),
                sentAfter(revoked).size(),
                missed);
        assertThat(missed).as("packets that tcpdump could not take").isZero();
        assertThat(sentAfter(revoked)).as("what went directly after the lease").isEmpty();
    }

    private LabTorrent torrent(String name, long bytes, long seed) {
        return LabTorrent.write(lab.folder("seeded"), name, bytes, seed, Swarm.TRACKERS);
    }

    /**
     * What the client's host sent around the tunnel since then, without what its kernel says for sockets that are closed:
     * that a datagram was not delivered, to who still sends and is looked for by ARP first, and for a moment the ends of TCP
     * connections.
     */
    private List<Leak> sentAfter(Instant revoked) {
        return cable.traffic().leaks().stream()
                .filter(leak -> leak.outward() && leak.at().isAfter(revoked))
                .filter(leak -> !(leak.packet() instanceof Packet.Undelivered || leak.packet() instanceof Packet.Arp))
                .filter(leak ->
                        !(leak.packet() instanceof Packet.Tcp) || leak.at().isAfter(revoked.plus(CLOSING)))
                .toList();
    }

    private void watch(String what, Runnable look) {
        client.announce();
        Waiting.during(what, SILENCE, () -> {
            cable.judge();
            look.run();
            return true;
        });
    }

    private void until(String what, BooleanSupplier condition) {
        client.announce();
        Waiting.until(what, LIMIT, () -> {
            cable.judge();
            return condition.getAsBoolean();
        });
    }
}
