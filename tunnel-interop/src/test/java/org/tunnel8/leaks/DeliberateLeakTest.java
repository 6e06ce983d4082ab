package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The laboratory sees leaks: each of these, made on purpose, is on the capture and fails the look at the cable. */
@Tag("leaks")
@Isolated
class DeliberateLeakTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private LeakLab lab;
    private TunnelParties parties;
    private ClientCable cable;

    @BeforeEach
    void open() throws IOException {
        LeakLab.assumePossible("opentracker", "getent", "bash");
        LeakLab.assumeWorks("libtorrent", TorrentScript.interpreter(), "-c", "import libtorrent");
        lab = LeakLab.open("deliberate", 1, 1, 1);
        parties = new TunnelParties(lab);
        cable = new ClientCable(lab, parties);
        cable.look();
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
    }

    private void onClient(String... command) {
        lab.start(lab.host("client"), command[0], List.of(command));
    }

    private void startProxy() {
        cable.traffic().addTunnelPort(parties.startProxy().portBeyondLoopback());
        cable.look();
    }

    private void awaitLeak(String what) {
        awaitLooks("\"" + what + "\" is seen", () -> leaks().contains(what));
        assertThatThrownBy(cable::look).isInstanceOf(AssertionError.class).hasMessageContaining("around the tunnel");
    }

    /** Looks until it holds; what the looks find is what the test is about. */
    private void awaitLooks(String what, Callable<Boolean> condition) {
        Waiting.until(what, LIMIT, () -> {
            try {
                cable.look();
            } catch (AssertionError leaking) {
                return condition.call();
            }
            return false;
        });
    }

    private String leaks() {
        return String.join(
                "\n", cable.traffic().leaks().stream().map(Object::toString).toList());
    }

    @Test
    void aTorrentClientWithoutAProxyIsSeen() {
        LabTorrent torrent = LabTorrent.write(lab.folder("seeded"), "leaked", 1 << 20, 1, Swarm.TRACKERS);
        Swarm swarm = new Swarm(lab, List.of(torrent));
        swarm.start(0);
        Libtorrent client = Libtorrent.withoutProxy(lab);
        client.start();
        client.add(torrent);
        // The name of a tracker, a DHT router's, local peer discovery, and a router that would open a port.
        for (String leak : List.of(
                "a question for tracker.lab",
                "a question for dht.libtorrent.org",
                "to 239.192.152.143 port 6771",
                "to 239.255.255.250 port 1900")) {
            awaitLeak(leak);
        }
    }

    @Test
    void aTorrentClientWhoseProxyIsForTrackersOnlyIsSeenByTheSwarm() {
        LabTorrent torrent = LabTorrent.write(lab.folder("seeded"), "leaked", 1 << 20, 1, Swarm.TRACKERS);
        Swarm swarm = new Swarm(lab, List.of(torrent));
        swarm.start(0);
        Libtorrent client = Libtorrent.withoutProxyForPeers(lab);
        client.start();
        client.add(torrent);
        client.connect(torrent, lab.host("seeder1").endpoint(Swarm.PEER_PORT));
        awaitLeak("to 198.18.7.1 port 6881");
        Waiting.until(
                "the seeder has seen the client",
                LIMIT,
                () -> swarm.peersOfSeeders().contains(lab.host("client").address()));
        assertThat(swarm.senders()).contains(lab.host("client").address());
        assertThat(swarm.allowed()).doesNotContain(lab.host("client").address());
    }

    @Test
    void qbittorrentWithADhtIsSeenBehindItsProxyToo() {
        LeakLab.assumeWorks("qBittorrent", "qbittorrent-nox", "--version");
        startProxy();
        Qbittorrent client = Qbittorrent.withDht(lab);
        client.start();
        awaitLeak("a question for router.bittorrent.com");
    }

    @Test
    void libtorrentThatKnowsDhtRoutersByNameIsSeenBehindItsProxyToo() {
        startProxy();
        Libtorrent client = Libtorrent.withDhtRouterByName(lab, "router.lab");
        client.start();
        awaitLeak("a question for router.lab");
    }

    @Test
    void oneQuestionToTheNameServerIsSeen() {
        onClient("getent", "ahostsv4", "tracker.lab");
        awaitLeak("to 198.18.0.53 port 53, a question for tracker.lab");
    }

    @Test
    void oneTcpConnectionIsSeenEvenToARelay() {
        onClient("bash", "-c", "exec 3<>/dev/tcp/198.18.3.1/7000");
        awaitLeak("TCP from 198.18.1.1");
    }

    @Test
    void oneDatagramFromAnotherPortIsSeenEvenToARelay() {
        cable.traffic().addTunnelPort(1);
        onClient("bash", "-c", "echo >/dev/udp/198.18.3.1/7000");
        awaitLeak("to 198.18.3.1 port 7000");
    }

    @Test
    void oneDatagramOverIpv6IsSeen() {
        onClient("bash", "-c", "echo >/dev/udp/2001:db8:18::198:18:7:1/6881");
        awaitLeak("neighbour discovery by ");
        awaitLeak("to 2001:db8:18:0:198:18:7:1 port 6881");
    }

    @Test
    void oneDatagramToSomebodyWhoIsNotThereIsSeenByTheQuestionForHim() {
        onClient("bash", "-c", "echo >/dev/udp/198.18.9.9/6881");
        awaitLeak("ARP between 198.18.1.1 and 198.18.9.9");
    }

    @Test
    void oneDatagramToTheRestOfTheWorldIsSeen() {
        onClient("bash", "-c", "echo >/dev/udp/192.0.2.1/6881");
        awaitLeak("to 192.0.2.1 port 6881");
    }
}
