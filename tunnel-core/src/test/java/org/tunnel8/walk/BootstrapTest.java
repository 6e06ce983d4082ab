package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.WalkStyle;

/** How the network is entered. */
class BootstrapTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final List<Outsider> servers = new ArrayList<>();

    private TestNode join(List<? extends Address> bootstrap) {
        return new TestNode(network, at("203.0.113.5:7000"), b -> b.bootstrap(bootstrap)).start();
    }

    private List<IpAddress> servers(int count) {
        for (int i = 1; i <= count; i++) {
            servers.add(new Outsider(network, "198.51.100." + i + ":6421"));
        }
        return servers.stream().map(Outsider::ip).toList();
    }

    /** Answers as the reference's servers do: in old style, claiming to speak the new one. */
    private static IntroductionResponse asServer(IntroductionRequest request, IpAddress introduced) {
        return new IntroductionResponse(
                WalkStyle.OLD,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                Outsider.NOWHERE,
                introduced,
                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, true, false, false),
                request.identifier(),
                ByteString.EMPTY);
    }

    private List<Long> roundsMillis(Outsider server) {
        List<Long> rounds = new ArrayList<>();
        for (Passage passage : network.passages()) {
            boolean first = rounds.isEmpty() || passage.atMillis() - rounds.get(rounds.size() - 1) > 9_000;
            if (passage.to().equals(server.address()) && first) {
                rounds.add(passage.atMillis());
            }
        }
        return rounds;
    }

    @Test
    void asksAllServersAtOnceAtTheStart() {
        TestNode node = join(servers(13));
        network.runFor(Duration.ofMillis(50));

        assertThat(servers)
                .allSatisfy(server ->
                        assertThat(server.received(IntroductionRequest.class)).hasSize(1));
        assertThat(node.discovery().status().bootstrapServers()).isEqualTo(13);
    }

    @Test
    void asksManyServersInWaves() {
        List<IpAddress> all = servers(12);
        new TestNode(network, at("203.0.113.5:7000"), b -> b.bootstrap(all).window(5, 5)).start();
        network.runFor(Duration.ofMillis(50));
        assertThat(servers).filteredOn(server -> !server.inbox().isEmpty()).hasSize(5);

        network.runFor(Duration.ofMillis(2_000));
        assertThat(servers).noneMatch(server -> server.inbox().isEmpty());
    }

    @Test
    void asksAllAgainEachHalfMinuteWhileThereAreNoPeersAndSaysThatNobodyAnswers() {
        TestNode node = join(servers(3));
        network.runFor(Duration.ofSeconds(95));

        assertThat(roundsMillis(servers.get(0))).containsExactly(0L, 30_000L, 60_000L, 90_000L);
        assertThat(node.bootstrapStates()).containsExactly(BootstrapState.CONTACTING, BootstrapState.UNREACHABLE);
        assertThat(node.discovery().status().bootstrap()).isEqualTo(BootstrapState.UNREACHABLE);
    }

    @Test
    void recoversAsSoonAsAServerAnswers() {
        TestNode node = join(servers(3));
        network.runFor(Duration.ofSeconds(60));
        servers.get(1).answering(request -> asServer(request, Outsider.NOWHERE));
        network.runFor(Duration.ofSeconds(35));

        assertThat(node.bootstrapStates())
                .containsExactly(BootstrapState.CONTACTING, BootstrapState.UNREACHABLE, BootstrapState.ANSWERED);
        assertThat(node.discovery().status().bootstrapAnswering()).isEqualTo(1);
    }

    @Test
    void saysThatNoServerAnswersThoughTheyDidWhenPeersWereFound() {
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        TestNode node = join(servers(3));
        servers.forEach(server -> server.answering(request -> asServer(request, relay.ip())));
        assertThat(network.runUntil(() -> node.peers().confirmedCount() == 1, Duration.ofSeconds(60)))
                .isTrue();
        assertThat(node.discovery().status().bootstrap()).isEqualTo(BootstrapState.ANSWERED);

        servers.forEach(server -> server.answering(request -> null));
        network.runFor(Duration.ofMinutes(30));
        assertThat(node.discovery().status().bootstrapAnswering()).isZero();
        assertThat(node.discovery().status().bootstrap()).isEqualTo(BootstrapState.UNREACHABLE);
    }

    /** Whenever the servers return: just after a round or just before the next one. */
    @ParameterizedTest
    @ValueSource(ints = {180, 181, 184, 190, 193, 195, 200, 207, 209})
    void knowsAPeerWithin35SecondsAfterServersReturn(int darkSeconds) {
        TestNode node = join(servers(13));
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        network.runFor(Duration.ofSeconds(darkSeconds));
        assertThat(node.modes()).containsExactly("degraded 12 s");
        servers.forEach(server -> server.answering(request -> asServer(request, relay.ip())));

        assertThat(network.runUntil(() -> node.peers().confirmedCount() == 1, Duration.ofSeconds(35)))
                .isTrue();
        assertThat(node.modes()).hasSize(2);
        assertThat(node.discovery().status().degraded()).isFalse();
    }

    @Test
    void neverTakesAServerForAPeerNorSpeaksNewStyleToIt() {
        TestNode node = join(servers(2));
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        servers.forEach(server -> server.answering(request -> asServer(request, relay.ip())));
        network.runFor(Duration.ofMinutes(3));

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(node.peers().byKey(servers.get(0).key())).isNull();
        assertThat(servers.get(0).received(IntroductionRequest.class))
                .hasSizeGreaterThan(1)
                .allMatch(request -> request.style() == WalkStyle.OLD);
    }

    @Test
    void answersAServerThatAsksWhetherWeLiveInOldStyleAndWithoutIntroduction() {
        TestNode node = join(servers(1));
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        relay.send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(1));

        Outsider server = servers.get(0);
        server.send(node, Outsider.request(node.address(), 9, ByteString.EMPTY));
        network.runFor(Duration.ofSeconds(1));

        IntroductionResponse response = server.last(IntroductionResponse.class);
        assertThat(response.style()).isEqualTo(WalkStyle.OLD);
        assertThat(response.peerLimitReached()).isFalse();
        assertThat(response.introduces()).isFalse();
        assertThat(node.peers().byKey(server.key())).isNull();
    }

    @Test
    void keepsOneServerInMindWhileThereAreTooFewPeers() {
        join(servers(4));
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        servers.get(2).answering(request -> asServer(request, relay.ip()));
        network.runFor(Duration.ofSeconds(15));
        network.forgetPassages();
        network.runFor(Duration.ofMinutes(3));

        assertThat(roundsMillis(servers.get(2))).hasSizeGreaterThan(4);
        assertThat(roundsMillis(servers.get(0))).hasSizeLessThan(4);
    }

    @Test
    void asksOneServerEachFiveMinutesWhenThereArePeersEnough() {
        List<IpAddress> one = servers(1);
        Outsider relay = new Outsider(network, "192.0.2.9:9000").answering();
        servers.get(0).answering(request -> asServer(request, relay.ip()));
        new TestNode(
                        network,
                        at("203.0.113.5:7000"),
                        b -> b.bootstrap(one).target(1, 0).intervals(Duration.ofMillis(500), Duration.ofMinutes(5)))
                .start();
        network.runFor(Duration.ofMinutes(20));

        assertThat(roundsMillis(servers.get(0))).hasSizeBetween(4, 8);
    }

    @Test
    void hasNamesResolvedAndAsksWhatTheyResolveTo() {
        servers(2);
        TestNode node = join(List.of(
                new HostAddress("one.example", 6421),
                new HostAddress("one.example", 6422),
                new HostAddress("two.example", 6421)));
        assertThat(node.namesToResolve()).containsExactly("one.example", "two.example");

        node.discovery().onResolved("two.example", List.of());
        node.discovery()
                .onResolved("one.example", List.of(servers.get(0).address().getAddress()));
        network.runFor(Duration.ofMillis(50));
        assertThat(servers.get(0).received(IntroductionRequest.class)).hasSize(1);
        assertThat(node.discovery().status().bootstrapServers()).isEqualTo(2);
    }

    @Test
    void looksUpNoNameWithoutConfiguredNames() {
        TestNode node = join(servers(1));
        network.runFor(Duration.ofMinutes(10));

        assertThat(node.namesToResolve()).isEmpty();
    }

    @Test
    void takesOnlySoManyAddressesFromAName() {
        TestNode node = join(List.of(new HostAddress("one.example", 6421)));
        List<InetAddress> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add(at("192.0.2." + i + ":1").getAddress());
        }
        node.discovery().onResolved("one.example", many);

        assertThat(node.discovery().status().bootstrapServers()).isEqualTo(DiscoverySettings.MAX_BOOTSTRAP_ADDRESSES);
    }

    @Test
    void needsNoServerToBeFound() {
        TestNode node = join(List.of());
        new Outsider(network, "192.0.2.9:9000").answering().send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofSeconds(5));

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(node.discovery().status().bootstrap()).isEqualTo(BootstrapState.IDLE);
    }

    @Test
    void knowsTheDeployedNetworksServers() {
        assertThat(BootstrapAddresses.tribler())
                .hasSize(20)
                .filteredOn(HostAddress.class::isInstance)
                .hasSize(7);
    }

    @Test
    void refusesSettingsThatContradictEachOther() {
        DiscoverySettings.Builder builder = DiscoverySettings.builder(CommunityId.TRIBLER, at("203.0.113.5:7000"));
        assertThatThrownBy(() -> builder.member(false).build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.member(true)
                        .intervals(Duration.ofSeconds(1), Duration.ofMinutes(6))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FR-008");
    }
}
