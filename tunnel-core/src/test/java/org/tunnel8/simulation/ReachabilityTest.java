package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.ip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.node.NodeRole;
import org.tunnel8.peer.Peer;
import org.tunnel8.virtual.Seed;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** What nodes find out of their NATs, and what they do behind a symmetric one (edge case 2). */
class ReachabilityTest {
    private static final int PUBLIC_NODES = 12;
    private static final int NODES_OF_A_KIND = 6;

    private final SimulatedNetwork network =
            new SimulatedNetwork(Seed.take(getClass()), SignatureMode.REPLACED).links(LinkSettings.internet());
    private final List<InetSocketAddress> servers = new ArrayList<>();
    private final List<SimulatedNode> open = new ArrayList<>();
    private final Set<InetAddress> boxes = new HashSet<>();
    private int hosts;

    @BeforeEach
    void startServersAndPublicNodes() {
        for (int i = 1; i <= 3; i++) {
            servers.add(SimulatedNode.builder(network.host(ip("192.0.2." + i)))
                    .port(6421)
                    .roles(List.of(NodeRole.BOOTSTRAP))
                    .start()
                    .address());
        }
        for (int i = 1; i <= PUBLIC_NODES; i++) {
            NodeRole role = i <= 3 ? NodeRole.EXIT_BT : NodeRole.RELAY;
            open.add(member(network.host(ip("198." + i + ".100.1")))
                    .roles(List.of(role))
                    .start());
        }
    }

    private SimulatedNodeBuilder member(SimulatedHost host) {
        return SimulatedNode.builder(host).bootstrap(servers);
    }

    private SimulatedHost behind(NatKind kind) {
        hosts++;
        NatBox box = network.nat(NatSettings.of(kind), ip("203." + hosts + ".113.1"));
        boxes.add(box.outside());
        return network.behind(box, ip("192.168." + hosts + ".2"));
    }

    private List<SimulatedNode> nodesBehind(NatKind kind) {
        List<SimulatedNode> nodes = new ArrayList<>();
        for (int i = 0; i < NODES_OF_A_KIND; i++) {
            nodes.add(member(behind(kind)).start());
        }
        return nodes;
    }

    private static NatType type(SimulatedNode node) {
        return node.engine().discoveryStatus().natType();
    }

    @Test
    void everyNodeNamesItsNatRightly() {
        List<SimulatedNode> cones = new ArrayList<>();
        for (NatKind kind : List.of(NatKind.FULL_CONE, NatKind.ADDRESS_RESTRICTED, NatKind.PORT_RESTRICTED)) {
            cones.addAll(nodesBehind(kind));
        }
        List<SimulatedNode> symmetric = nodesBehind(NatKind.SYMMETRIC);
        network.runFor(Duration.ofMinutes(3));

        assertThat(open).extracting(ReachabilityTest::type).containsOnly(NatType.OPEN);
        assertThat(cones).extracting(ReachabilityTest::type).containsOnly(NatType.CONE);
        assertThat(symmetric).extracting(ReachabilityTest::type).containsOnly(NatType.SYMMETRIC);
    }

    @Test
    void keepsToPublicPeersBehindASymmetricNat() {
        nodesBehind(NatKind.PORT_RESTRICTED);
        network.runFor(Duration.ofMinutes(1));
        Set<InetAddress> others = Set.copyOf(boxes);
        SimulatedNode client = member(behind(NatKind.SYMMETRIC))
                .roles(List.of())
                .circuits(3, 1, 8)
                .start();
        assertThat(network.runUntil(() -> type(client) == NatType.SYMMETRIC, Duration.ofSeconds(10)))
                .isTrue();
        network.runFor(Duration.ofSeconds(15)); // requests under way are repeated that long
        InetAddress own = client.host().nat().outside();
        List<Passage> vain = new ArrayList<>();
        network.observe(passage -> {
            boolean isRequest = passage.messageId() == 246 || passage.messageId() == 234;
            if (isRequest
                    && passage.from().getAddress().equals(own)
                    && others.contains(passage.to().getAddress())) {
                vain.add(passage);
            }
        });
        network.runFor(Duration.ofMinutes(2));

        assertThat(vain).isEmpty();
        assertThat(client.engine().peers().all())
                .hasSizeGreaterThanOrEqualTo(PUBLIC_NODES - 1)
                .allMatch(Peer::isPublic);
        assertThat(client.engine().circuits().ready()).isPositive();
    }

    @Test
    void isIntroducedToPublicPeersAsSoonAsItKnowsThatItIsSymmetric() {
        nodesBehind(NatKind.PORT_RESTRICTED);
        nodesBehind(NatKind.SYMMETRIC);
        network.runFor(Duration.ofMinutes(1));
        SimulatedNode client = member(behind(NatKind.SYMMETRIC)).start();

        assertThat(network.runUntil(
                        () -> client.engine().peers().candidateCount(0) >= PUBLIC_NODES - 2, Duration.ofSeconds(15)))
                .isTrue();
    }

    @Test
    void warnsWhereMostPuncturesFail() {
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            nodesBehind(NatKind.PORT_RESTRICTED);
        }
        network.runFor(Duration.ofMinutes(1));
        network.lose(passage -> passage.messageId() == 250 || passage.messageId() == 232); // puncture-requests
        SimulatedNode client = member(behind(NatKind.PORT_RESTRICTED))
                .listener(new EngineListener() {
                    @Override
                    public void onNatType(NatType type, NatEvidence evidence) {
                        told.add(type.name());
                    }

                    @Override
                    public void onPuncturesFailing(boolean failing, NatEvidence evidence) {
                        told.add("failing " + failing);
                    }
                })
                .start();
        network.runFor(Duration.ofMinutes(2));

        assertThat(told).containsExactly("CONE", "failing true");
        DiscoveryStatus status = client.engine().discoveryStatus();
        assertThat(status.puncturesFailing()).isTrue();
        assertThat(2 * status.natEvidence().failedPunctures())
                .isGreaterThan(status.natEvidence().punctures());
    }

    @ParameterizedTest
    @EnumSource(NatKind.class)
    void staysWhatItIsWhenTheProviderChangesTheAddress(NatKind kind) {
        SimulatedNode client = member(behind(kind)).start();
        network.runFor(Duration.ofMinutes(1));
        NatType before = type(client);

        client.host().nat().moveTo(ip("203.200.113.1"));
        Set<NatType> types = new HashSet<>();
        for (int second = 0; second < 120; second++) {
            network.runFor(Duration.ofSeconds(1));
            types.add(type(client));
        }

        assertThat(types).containsExactly(before);
        assertThat(client.engine().peers().size()).isGreaterThanOrEqualTo(PUBLIC_NODES - 2);
        assertThat(open.get(0)
                        .engine()
                        .peers()
                        .byKey(client.publicKey())
                        .address()
                        .getAddress())
                .isEqualTo(ip("203.200.113.1"));
    }
}
