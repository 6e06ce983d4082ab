package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** FR-008: the table is refreshed by new introductions each five minutes, also when walking has stopped. */
class TableRefreshTest {
    private static final int TARGET = 8;
    private static final int STOPS_WALKING_AT = 12;

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final List<Outsider> relays = new ArrayList<>();
    private final List<IpAddress> toIntroduce = new ArrayList<>();
    private int introduced;

    private Outsider relay(int number) {
        Outsider relay = new Outsider(network, "198." + number + ".100.1:9000");
        relay.answering(request -> Outsider.responseTo(
                request,
                Outsider.NOWHERE,
                toIntroduce.isEmpty() ? Outsider.NOWHERE : toIntroduce.get(introduced++ % toIntroduce.size())));
        relays.add(relay);
        return relay;
    }

    /** A node that knows so many peers that it walks no more, and has no other reason to ask for introductions. */
    private TestNode sated(IpAddress... servers) {
        List<RememberedPeer> known = new ArrayList<>();
        for (int i = 1; i <= STOPS_WALKING_AT; i++) {
            Outsider relay = relay(i);
            known.add(new RememberedPeer(relay.key(), relay.address(), new PeerFlags(PeerFlags.RELAY), 60));
        }
        TestNode node = new TestNode(
                        network,
                        at("203.0.113.5:7000"),
                        b -> b.bootstrap(List.of(servers))
                                .target(TARGET, 0)
                                .intervals(Duration.ofMillis(500), Duration.ofMinutes(5))
                                .remembered(known))
                .start();
        network.runFor(Duration.ofSeconds(20));
        assertThat(node.peers().size()).isEqualTo(STOPS_WALKING_AT);
        return node;
    }

    private int newcomers(TestNode node) {
        return (int) relays.subList(STOPS_WALKING_AT, relays.size()).stream()
                .filter(relay -> node.peers().byKey(relay.key()) != null)
                .count();
    }

    private void join(int count) {
        for (int i = 0; i < count; i++) {
            toIntroduce.add(relay(100 + relays.size()).ip());
        }
    }

    @Test
    void newPeersAreIntroducedAfterFiveMinutesThoughWalkingHadStopped() {
        TestNode node = sated();
        join(30);
        network.runFor(Duration.ofSeconds(270));
        assertThat(newcomers(node)).as("before five minutes are over").isZero();

        network.runFor(Duration.ofSeconds(20));
        assertThat(newcomers(node)).isBetween(1, WalkPace.REFRESH_WALKS);
        int first = newcomers(node);
        network.runFor(Duration.ofSeconds(280));
        assertThat(newcomers(node)).isEqualTo(first);

        network.runFor(Duration.ofSeconds(20));
        assertThat(newcomers(node)).isGreaterThanOrEqualTo(first);
    }

    @Test
    void theTableIsRenewedByThatAndDoesNotGrowWithoutEnd() {
        TestNode node = sated();
        join(60);
        Set<PublicKey> met = new HashSet<>();
        for (int minute = 0; minute < 120; minute++) {
            network.runFor(Duration.ofMinutes(1));
            node.peers().all().forEach(peer -> met.add(peer.key()));
            assertThat(node.peers().size()).isBetween(STOPS_WALKING_AT, 2 * TARGET + WalkPace.REFRESH_WALKS);
        }
        assertThat(met).hasSizeGreaterThan(2 * STOPS_WALKING_AT);
    }

    @Test
    void aBootstrapServerIsKeptInMindByThat() {
        Outsider server = new Outsider(network, "192.0.2.1:6421").answering();
        TestNode node = sated(server.ip());
        network.forgetPassages();
        network.runFor(Duration.ofMinutes(21));

        List<Passage> asked = network.passages().stream()
                .filter(passage -> passage.to().equals(server.address()))
                .toList();
        assertThat(asked).hasSizeBetween(4, 8);
        assertThat(node.peers().byKey(server.key())).isNull();
    }
}
