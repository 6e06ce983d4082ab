package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.HopRules;
import org.tunnel8.fuzz.AttackedNode.Roles;
import org.tunnel8.fuzz.EchoWatch.Echo;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A small network in virtual time, all of whose nodes are attacked: a bootstrap server, a relay, an exit, a client, and
 * one node that is all of that at once. Two clients hold circuits of two hops through the others, and are told to choose
 * nobody else; two more have entered the network through the attacker, and build their circuits mostly through him.
 */
final class AttackedNetwork {
    private static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_IPV8 | PeerFlags.EXIT_HTTP;
    /** Strangers by the hundred soon outnumber the honest, who are not given up for them: what is lost is the attack's doing. */
    private static final CircuitSettings CIRCUITS =
            CircuitSettings.of(2, 1, 2).withRules(HopRules.parse(List.of("5.0.0.0/16"), List.of()));

    private static final int ATTACKERS_ADDRESSES = 64;

    private final InetSocketAddress echo = AttackedNode.at("93.184.216.34:6881");
    private final VirtualNetwork network;
    private final List<AttackedNode> nodes = new ArrayList<>();
    private final Map<InetSocketAddress, AttackedNode> byAddress = new HashMap<>();
    private final Set<InetSocketAddress> honest = new HashSet<>();
    private final List<AttackedNode> lured = new ArrayList<>();
    private final List<EchoWatch> watches = new ArrayList<>();
    private final Samples samples;
    private final Attack attack;
    private final byte[] buffer = new byte[Headroom.FRONT_BYTES + Mutations.MAX_BYTES + Headroom.BACK_BYTES];
    private List<InetSocketAddress> outside = List.of();

    AttackedNetwork(long seed) throws IOException {
        network = new VirtualNetwork(seed).delay(Duration.ofMillis(5), Duration.ofMillis(5));
        SplittableRandom random = network.random();
        samples = new Samples(random);
        network.join(new Echo(network, echo));
        honest.add(echo);

        List<InetSocketAddress> own = new ArrayList<>();
        for (int i = 0; i < ATTACKERS_ADDRESSES; i++) {
            own.add(AttackedNode.at("66." + i % 8 + ".0." + i + ":" + (1_024 + i)));
        }
        AttackedNode bootstrap = node("5.0.0.1:6421", new Roles(0, false, true, null), List.of());
        List<InetSocketAddress> entry = List.of(bootstrap.address());
        node("5.0.1.1:7001", new Roles(RELAY, true, false, null), entry);
        node("5.0.1.2:7001", new Roles(RELAY, true, false, null), entry);
        node("5.0.2.1:7001", new Roles(EXIT, true, false, null), entry);
        AttackedNode client = node("5.0.3.1:7001", new Roles(0, true, false, CIRCUITS), entry);
        lured.add(node("5.0.5.1:7001", new Roles(0, true, false, CircuitSettings.of(1, 2, 1)), List.of(own.get(0))));
        lured.add(node("5.0.5.2:7001", new Roles(0, true, false, CircuitSettings.of(2, 1, 2)), List.of(own.get(1))));
        AttackedNode all = node("5.0.4.1:7001", new Roles(EXIT, true, true, CIRCUITS), entry);
        run(Duration.ofSeconds(60));
        for (AttackedNode owner : List.of(client, all)) {
            assertThat(owner.ready()).as("circuits before the attack").hasSizeGreaterThanOrEqualTo(2);
            watches.add(new EchoWatch(network, owner, echo));
        }

        List<InetSocketAddress> addresses =
                nodes.stream().map(AttackedNode::address).toList();
        attack = new Attack(
                random,
                CommunityId.TRIBLER,
                nodes.stream().map(AttackedNode::target).toList(),
                () -> outside,
                samples,
                new Sources(random, own, addresses, true));
        network.elsewhere(passage -> attack.onDatagram(passage.from(), passage.to(), passage.bytes()));
    }

    private AttackedNode node(String address, Roles roles, List<InetSocketAddress> entry) {
        AttackedNode node = new AttackedNode(network, address, roles, entry);
        nodes.add(node);
        byAddress.put(node.address(), node);
        honest.add(node.address());
        return node;
    }

    /** Lets time pass, and keeps what honest nodes send each other meanwhile. */
    void run(Duration time) {
        network.runFor(time);
        for (Passage passage : network.passages()) {
            if (honest.contains(passage.to()) && honest.contains(passage.from())) {
                samples.record(passage);
            }
        }
        network.forgetPassages();
        outside =
                nodes.stream().flatMap(node -> node.outsideAddresses().stream()).toList();
    }

    /** Has the clients that were lured send something through the attacker. */
    void use() {
        for (AttackedNode client : lured) {
            client.use(echo);
        }
    }

    /** The next hostile datagram. */
    Shot aim() {
        return attack.next();
    }

    /** Gives a hostile datagram to the node it is for, unless it is longer than real ports let through. */
    void fire(Shot shot) {
        int length = shot.bytes().length;
        if (length > DatagramPort.MAX_RECEIVED_BYTES) {
            return; // one on the limit comes back, with a layer more
        }
        System.arraycopy(shot.bytes(), 0, buffer, Headroom.FRONT_BYTES, length);
        AttackedNode node = byAddress.get(shot.to());
        if (node != null) {
            node.onDatagram(network.nowNanos(), shot.from(), buffer, Headroom.FRONT_BYTES, length);
            return;
        }
        for (AttackedNode owner : nodes) {
            Long socket = owner.outsideSocket(shot.to());
            if (socket != null) {
                owner.engine()
                        .onOutsideDatagram(
                                network.nowNanos(), socket, shot.from(), buffer, Headroom.FRONT_BYTES, length);
            }
        }
    }

    List<AttackedNode> nodes() {
        return nodes;
    }

    List<EchoWatch> watches() {
        return watches;
    }

    int agreedCircuits() {
        return attack.agreedCircuits();
    }

    long nowNanos() {
        return network.nowNanos();
    }
}
