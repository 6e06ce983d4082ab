package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkStyle;

/** What strangers cannot do to us however much they send. */
class FloodTest {
    private final long seed = Seed.take(getClass());
    private final VirtualNetwork network = new VirtualNetwork(seed);
    private final TestNode node = new TestNode(
            network, at("203.0.113.5:7000"), b -> b.bootstrapServer(true).target(20, 0));

    private long bytesFrom(InetSocketAddress address) {
        return network.passages().stream()
                .filter(passage -> passage.from().equals(address))
                .mapToLong(passage -> passage.bytes().length)
                .sum();
    }

    @Test
    void survivesAFloodOfRequestsFromNewKeys() {
        node.start();
        Outsider friend = new Outsider(network, "198.51.100.1:8000").answering();
        node.discovery().walkTo(friend.address());
        network.runFor(Duration.ofSeconds(1));
        Peer inUse = node.peers().byKey(friend.key());
        node.peers().pin(friend.key());
        network.forgetPassages();

        long floodBytes = 0;
        for (int i = 0; i < 3_000; i++) {
            Outsider stranger = new Outsider(network, "198." + (20 + i % 200) + "." + i / 200 + ".1:9000");
            byte[] packet = stranger.packet(CommunityId.TRIBLER, Outsider.request(node.address(), i));
            floodBytes += packet.length;
            network.send(stranger.address(), node.address(), packet);
        }
        network.runFor(Duration.ofSeconds(2));

        assertThat(node.drops(DropReason.RATE_LIMITED)).isBetween(1_500L, 2_500L);
        assertThat(node.peers().size()).isLessThanOrEqualTo(PeerTable.DEFAULT_CAPACITY / 2 + 1);
        assertThat(node.peers().byKey(friend.key())).isSameAs(inUse);
        assertThat(bytesFrom(node.address())).isLessThan(2 * floodBytes);
    }

    @Test
    void stillHearsItsPeersDuringAFlood() {
        node.start();
        Outsider friend = new Outsider(network, "198.51.100.1:8000").answering();
        node.discovery().walkTo(friend.address());
        network.runFor(Duration.ofSeconds(20));
        Peer peer = node.peers().byKey(friend.key());

        for (int i = 0; i < 3_000; i++) {
            network.send(
                    at("198.51.200.2:" + (1 + i)),
                    node.address(),
                    friend.packet(
                            CommunityId.TRIBLER, new PunctureRequest(WalkStyle.OLD, friend.ip(), friend.ip(), 1)));
        }
        friend.send(node, Outsider.request(node.address(), 7));
        network.runFor(Duration.ofMillis(100));
        assertThat(network.nowNanos() - peer.lastHeardNanos()).isLessThan(100_000_000);
    }

    @Test
    void throwsAtNothing() {
        node.start();
        Outsider peer = new Outsider(network, "198.51.100.1:8000").answering();
        node.discovery().walkTo(peer.address());
        network.runFor(Duration.ofSeconds(1));
        List<byte[]> samples = List.of(
                peer.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1)),
                peer.packet(
                        CommunityId.TRIBLER,
                        Outsider.responseTo(Outsider.request(node.address(), 1), peer.ip(), peer.ip())),
                peer.packet(CommunityId.TRIBLER, new PunctureRequest(WalkStyle.NEW, peer.ip(), peer.ip(), 1)),
                peer.packet(CommunityId.TRIBLER, new Puncture(WalkStyle.OLD, peer.ip(), peer.ip(), 1)),
                peer.packet(CommunityId.DISCOVERY, new DiscoveryPing(1)),
                peer.packet(CommunityId.DISCOVERY, Outsider.request(node.address(), 1)),
                peer.packet(CommunityId.PLAIN_TUNNEL, Outsider.request(node.address(), 1)),
                peer.packetOfVersion(1, Outsider.request(node.address(), 1)));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 30_000; i++) {
            byte[] packet = mangled(samples.get(random.nextInt(samples.size())), random);
            InetSocketAddress from = random.nextBoolean()
                    ? peer.address()
                    : at("198.51.100." + random.nextInt(256) + ":" + random.nextInt(65536));
            node.onDatagram(network.nowNanos() + i * 10_000_000L, from, packet, 0, packet.length);
        }

        assertThat(node.peers().size()).isLessThanOrEqualTo(PeerTable.DEFAULT_CAPACITY);
        assertThat(node.drops(DropReason.MALFORMED)).isPositive();
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isPositive();
    }

    private static byte[] mangled(byte[] sample, SplittableRandom random) {
        byte[] packet = sample.clone();
        switch (random.nextInt(4)) {
            case 0 -> packet = Arrays.copyOf(packet, random.nextInt(packet.length + 40));
            case 1 -> random.nextBytes(packet);
            case 2 -> {
                byte[] tail = new byte[packet.length - 23];
                random.nextBytes(tail);
                System.arraycopy(tail, 0, packet, 23, tail.length);
            }
            default -> {
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return packet;
    }

    @Test
    void sendsNothingOnceStopped() {
        node.start();
        Outsider peer = new Outsider(network, "198.51.100.1:8000").answering();
        node.discovery().walkTo(peer.address());
        network.runFor(Duration.ofSeconds(1));
        node.discovery().stop();
        network.forgetPassages();

        peer.send(node, Outsider.request(node.address(), 1));
        network.runFor(Duration.ofMinutes(2));
        assertThat(network.passages()).extracting(Passage::from).containsOnly(peer.address());
        assertThat(node.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }
}
