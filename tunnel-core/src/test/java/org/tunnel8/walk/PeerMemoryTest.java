package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;

/** Whom a node remembers, and what it does with it at the next start. */
class PeerMemoryTest {
    private static final PeerFlags RELAY = new PeerFlags(PeerFlags.RELAY);
    private static final PeerFlags EXIT = new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT);

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));

    private List<Outsider> relays(int count) {
        List<Outsider> relays = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            relays.add(new Outsider(network, "198." + i + ".100.1:9000").answering());
        }
        return relays;
    }

    private TestNode node(List<RememberedPeer> remembered, IpAddress... bootstrap) {
        return new TestNode(
                        network,
                        at("203.0.113.5:7000"),
                        b -> b.bootstrap(List.of(bootstrap)).remembered(remembered))
                .start();
    }

    private static RememberedPeer remembered(Outsider peer, PeerFlags flags, long ageSeconds) {
        return new RememberedPeer(peer.key(), peer.address(), flags, ageSeconds);
    }

    private static List<RememberedPeer> remembered(List<Outsider> peers) {
        return peers.stream().map(peer -> remembered(peer, RELAY, 600)).toList();
    }

    private RememberedPeer stranger(String address, PeerFlags flags, long ageSeconds) {
        return new RememberedPeer(IdentityKey.generate(network.random()).publicKey(), at(address), flags, ageSeconds);
    }

    @Test
    void knowsRememberedPeersWithinTheFirstSecondThoughEveryServerIsDead() {
        TestNode node = node(remembered(relays(19)), new IpAddress(at("192.0.2.1:6421")));
        network.runFor(Duration.ofMillis(100));
        assertThat(node.peers().size()).isEqualTo(19);

        network.runFor(Duration.ofMinutes(2));
        DiscoveryStatus status = node.discovery().status();
        assertThat(status.bootstrap()).isEqualTo(BootstrapState.UNREACHABLE);
        assertThat(List.of(status.remembered(), status.rememberedTried(), status.rememberedFound()))
                .containsExactly(19, 19, 19);
        assertThat(status.degraded()).isFalse();
        assertThat(node.modes()).isEmpty();
    }

    @Test
    void asksAHundredWithinASecondAndStopsOnceThereArePeersEnough() {
        List<Outsider> relays = relays(100);
        relays.forEach(relay -> relay.answering(request -> null));
        node(remembered(relays));
        network.runFor(Duration.ofSeconds(1));
        assertThat(relays).noneMatch(relay -> relay.inbox().isEmpty());

        VirtualNetwork other = new VirtualNetwork(2);
        List<Outsider> answering = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            answering.add(new Outsider(other, "198." + i + ".100.1:9000").answering());
        }
        TestNode sated = new TestNode(
                        other, at("203.0.113.5:7000"), b -> b.target(20, 0).remembered(remembered(answering)))
                .start();
        other.runFor(Duration.ofSeconds(2));
        assertThat(sated.discovery().status().rememberedTried()).isEqualTo(PeerMemory.WAVE);
    }

    @Test
    void doesNotCountAsPeerWhoeverIsOnlyRemembered() {
        Outsider liar = new Outsider(network, "198.1.100.1:9000");
        Outsider other = new Outsider(network, "198.2.100.1:9000").answering();
        TestNode node = node(List.of(
                remembered(liar, EXIT, 1),
                new RememberedPeer(IdentityKey.generate(network.random()).publicKey(), other.address(), EXIT, 1)));
        network.runFor(Duration.ofSeconds(30));

        assertThat(node.peers().all()).singleElement().satisfies(peer -> {
            assertThat(peer.key()).isEqualTo(other.key());
            assertThat(peer.flags()).isEqualTo(RELAY);
        });
        assertThat(node.discovery().status().rememberedFound()).isZero();
    }

    @Test
    void remembersForTheNextStartWhoAnsweredAndNobodyElse() {
        List<Outsider> relays = relays(3);
        TestNode node = node(remembered(relays));
        new Outsider(network, "198.77.1.1:9000").send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(10));

        assertThat(node.peers().size()).isEqualTo(4);
        assertThat(node.discovery().memory())
                .extracting(RememberedPeer::key)
                .containsExactlyInAnyOrderElementsOf(
                        relays.stream().map(Outsider::key).toList());
        assertThat(node.discovery().memory()).allMatch(peer -> peer.ageSeconds() <= 10);
    }

    @Test
    void putsThoseWhoNeedNoIntroductionFirstAndThoseAskedInVainLast() {
        List<Outsider> relays = relays(4);
        Outsider exit = relays.get(3);
        exit.answering(request -> new IntroductionResponse(
                request.style(),
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                0,
                request.identifier(),
                EXIT.toExtra()));
        RememberedPeer silent = stranger("192.0.2.200:9000", EXIT, 5);
        TestNode node = node(List.of(silent, remembered(relays.get(0), RELAY, 600)));
        node.discovery().walkTo(relays.get(1).address());
        node.discovery().walkTo(exit.address());
        network.runFor(Duration.ofSeconds(20));

        assertThat(node.discovery().memory())
                .extracting(RememberedPeer::key)
                .containsExactly(relays.get(0).key(), exit.key(), relays.get(1).key(), silent.key());
    }

    @Test
    void remembersThoseWhoFellSilentWithTheirAge() {
        Outsider relay = new Outsider(network, "198.1.100.1:9000").answering();
        TestNode node = node(List.of(remembered(relay, RELAY, 60)));
        network.runFor(Duration.ofSeconds(1));
        relay.answering(request -> null);
        network.runFor(Duration.ofSeconds(300));

        assertThat(node.peers().size()).isZero();
        assertThat(node.discovery().memory())
                .singleElement()
                .satisfies(peer -> assertThat(peer.ageSeconds()).isBetween(290L, 301L));
    }

    @Test
    void forgetsWhoIsGoneForHalfAnHourOnceAnotherLeavesWhileEnoughAreHere() {
        List<Outsider> relays = relays(6);
        RememberedPeer ofAnEarlierRun = stranger("192.0.2.200:9000", RELAY, 7_200);
        List<RememberedPeer> given = new ArrayList<>(remembered(relays));
        given.add(ofAnEarlierRun);
        TestNode node = new TestNode(
                        network, at("203.0.113.5:7000"), b -> b.target(4, 0).remembered(given))
                .start();
        network.runFor(Duration.ofSeconds(5));
        relays.get(0).answering(request -> null);
        network.runFor(Duration.ofMinutes(29));
        assertThat(node.discovery().memory()).hasSize(7);

        network.runFor(Duration.ofMinutes(3));
        relays.get(1).answering(request -> null);
        network.runFor(Duration.ofMinutes(2));
        assertThat(node.discovery().memory())
                .extracting(RememberedPeer::key)
                .hasSize(6)
                .contains(relays.get(1).key(), ofAnEarlierRun.key())
                .doesNotContain(relays.get(0).key());

        relays.forEach(relay -> relay.answering(request -> null));
        network.runFor(Duration.ofHours(2));
        assertThat(node.peers().size()).isZero();
        assertThat(node.discovery().memory()).as("nobody is here").hasSize(6);
    }

    @Test
    void keepsWhatItWasGivenThroughAStartWithoutNetwork() {
        List<RememberedPeer> given =
                List.of(stranger("192.0.2.200:9000", EXIT, 5), stranger("192.1.2.200:9000", RELAY, 50));
        TestNode node = node(given);
        network.runFor(Duration.ofSeconds(100));

        assertThat(node.discovery().memory())
                .containsExactly(
                        new RememberedPeer(given.get(0).key(), given.get(0).address(), EXIT, 105),
                        new RememberedPeer(given.get(1).key(), given.get(1).address(), RELAY, 150));
    }

    @Test
    void remembersFewOfOneNetworkAndAHundredInAll() {
        List<RememberedPeer> crowd = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            crowd.add(stranger("192.0.2." + i + ":9000", EXIT, 5));
        }
        for (int i = 0; i < 70; i++) {
            crowd.add(stranger("193." + i + ".2.1:9000", RELAY, 5));
        }
        TestNode node = node(crowd);

        assertThat(node.discovery().memory()).hasSize(PeerMemory.MAX_PER_NETWORK + 50);
        assertThat(node.discovery().status().remembered()).isEqualTo(DiscoverySettings.MAX_REMEMBERED);
    }

    @Test
    void sendsNothingToAddressesThatCannotBeAnybodys() {
        TestNode node = node(List.of(
                stranger("255.255.255.255:9000", EXIT, 5),
                stranger("224.0.0.1:9000", EXIT, 5),
                stranger("203.0.113.5:7000", EXIT, 5)));
        network.runFor(Duration.ofSeconds(5));

        assertThat(node.discovery().status().rememberedTried()).isZero();
        assertThat(network.passages()).isEmpty();
    }

    @Test
    void doesNotHoldAgainstAPeerBehindANatThatItsOldAddressIsSilent() {
        Outsider hidden = new Outsider(network, "198.1.100.1:9000");
        Outsider relay = new Outsider(network, "198.2.100.1:9000").answering();
        TestNode node = node(List.of(remembered(hidden, RELAY, 600), remembered(relay, RELAY, 600)));
        network.runFor(Duration.ofSeconds(12));
        hidden.answering();
        relay.answering(request -> Outsider.responseTo(request, Outsider.NOWHERE, hidden.ip()));
        network.runFor(Duration.ofSeconds(5));

        assertThat(node.peers().byKey(hidden.key())).isNotNull();
        assertThat(hidden.received(IntroductionRequest.class)).isNotEmpty();
    }

    @Test
    void saysThatThereIsNoWayInAndAsksBestAgainEachHalfMinuteUntilOneAnswers() {
        List<Outsider> relays = relays(40);
        relays.forEach(relay -> relay.answering(request -> null));
        TestNode node = node(remembered(relays), new IpAddress(at("192.0.2.1:6421")));
        network.runFor(Duration.ofSeconds(50));
        assertThat(node.modes()).containsExactly("degraded 12 s");
        assertThat(node.discovery().status().degraded()).isTrue();

        relays.forEach(Outsider::answering);
        network.runFor(Duration.ofSeconds(35));
        assertThat(node.modes()).containsExactly("degraded 12 s", "recovered 60 s");
        assertThat(node.discovery().status().degraded()).isFalse();
    }

    @Test
    void cannotBeMadeToForgetByReplayingAPeersRequestFromElsewhere() {
        Outsider away = new Outsider(network, "198.1.100.1:9000");
        TestNode node = node(List.of(remembered(away, RELAY, 60)));
        away.sendFrom(at("192.0.2.66:1"), node, CommunityId.TRIBLER, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofMinutes(3));

        assertThat(node.peers().byKey(away.key())).isNull();
        assertThat(node.discovery().memory())
                .containsExactly(new RememberedPeer(away.key(), away.address(), RELAY, 240));
    }

    @Test
    void strangersWhoComeByThemselvesPushNobodyOut() {
        List<Outsider> relays = relays(60);
        List<RememberedPeer> given = new ArrayList<>(remembered(relays));
        TestNode node = new TestNode(
                        network, at("203.0.113.5:7000"), b -> b.target(60, 0).remembered(given))
                .start();
        network.runFor(Duration.ofSeconds(10));
        List<Outsider> strangers = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            Outsider stranger = new Outsider(network, "150." + i + ".1.1:9000");
            stranger.answering(request -> new IntroductionResponse(
                    request.style(),
                    stranger.ip(),
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    Outsider.NOWHERE,
                    0,
                    request.identifier(),
                    EXIT.toExtra()));
            strangers.add(stranger);
            stranger.send(node, Outsider.request(node.address(), i));
            network.runFor(Duration.ofMillis(500));
        }
        assertThat(node.discovery().memory())
                .hasSize(DiscoverySettings.MAX_REMEMBERED)
                .extracting(RememberedPeer::key)
                .containsAll(relays.stream().map(Outsider::key).toList());

        strangers.forEach(stranger -> stranger.answering(request -> null));
        network.runFor(Duration.ofMinutes(3));
        assertThat(node.discovery().memory())
                .extracting(RememberedPeer::key)
                .containsExactlyInAnyOrderElementsOf(
                        relays.stream().map(Outsider::key).toList());
    }
}
