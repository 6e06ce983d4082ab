package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkStyle;

/** What strangers cannot do to us however much they send. */
class FloodTest {
    /** A key of the vectors, on sect571r1. */
    private static final String SECT571_KEY =
            "3081a7301006072a8648ce3d020106052b810400270381920004002159ab15044c79217578c72c5e2a82ce040a"
                    + "3eca62b382286b73092cfe1b6aff0594966b32a719bdd6f73721bd025341c9a8c74982c1b049866072972bc52d"
                    + "390d91bad428010f00bd84a39f12b98b119acdea0b0046d0a0f8c092249b58708283a26ef03cdd2104320d864b"
                    + "f686781ab7424e7dcef9fecaf76362d5c034f349e7b68aa257de2c9087d90bf3208ce2";

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

        assertThat(node.drops(DropReason.RATE_LIMITED)).isBetween(2_000L, 2_600L);
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
    void stillHearsItsPeersWhileOneOfThemFloods() {
        node.start();
        Outsider friend = new Outsider(network, "198.51.100.1:8000").answering();
        Outsider other = new Outsider(network, "198.51.100.9:8000").answering();
        node.discovery().walkTo(friend.address());
        node.discovery().walkTo(other.address());
        network.runFor(Duration.ofSeconds(20));
        Peer peer = node.peers().byKey(friend.key());

        for (int i = 0; i < 3_000; i++) {
            other.send(node, new PunctureRequest(WalkStyle.OLD, friend.ip(), friend.ip(), 1));
        }
        friend.send(node, Outsider.request(node.address(), 7));
        network.runFor(Duration.ofMillis(100));
        assertThat(node.drops(DropReason.RATE_LIMITED)).isBetween(2_850L, 3_000L);
        assertThat(network.nowNanos() - peer.lastHeardNanos()).isLessThan(100_000_000);
    }

    @Test
    void aStrangerWhoWasAskedCannotHavePuncturesCheckedBeyondTheRation() {
        node.start();
        Outsider stranger = new Outsider(network, "198.51.100.1:8000");
        stranger.send(node, Outsider.request(node.address(), 7));
        network.runFor(Duration.ofMillis(100));
        int asked = stranger.last(IntroductionRequest.class).identifier();
        long before = node.drops(DropReason.RATE_LIMITED);

        for (int i = 0; i < 3_000; i++) {
            stranger.send(node, new Puncture(WalkStyle.OLD, Outsider.NOWHERE, stranger.ip(), asked));
        }
        network.runFor(Duration.ofMillis(100));
        assertThat(node.drops(DropReason.RATE_LIMITED) - before).isBetween(2_400L, 2_700L);
    }

    @Test
    void paysMoreForTheDearestSignaturesAndChecksFewer() throws CryptoFailure {
        node.start();
        PublicKey dear = PublicKey.parse(HexFormat.of().parseHex(SECT571_KEY));
        Outsider peer = new Outsider(network, "198.51.100.1:8000").answering();
        node.discovery().walkTo(peer.address());
        network.runFor(Duration.ofSeconds(20));
        long before = node.counters().traffic(Kind.SIGNATURES_CHECKED);

        byte[] packet = forged(dear, peer.packet(CommunityId.TRIBLER, Outsider.request(node.address(), 1)));
        for (int i = 0; i < 2_000; i++) {
            network.send(peer.address(), node.address(), packet);
            network.send(at("198.20." + i / 200 + "." + i % 200 + ":9000"), node.address(), packet);
        }
        network.runFor(Duration.ofSeconds(1));

        long checks = node.counters().traffic(Kind.SIGNATURES_CHECKED) - before;
        assertThat(checks).isBetween(60L, 160L);
        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isGreaterThanOrEqualTo(checks - 5);
    }

    /** The packet as if its sender had another key, with a signature that has to be calculated to be found wrong. */
    private static byte[] forged(PublicKey claimed, byte[] packet) {
        int rest = CommunityId.PREFIX_BYTES + 1 + 2 + PublicKey.USUAL_LENGTH_BYTES;
        byte[] head = Envelope.begin(CommunityId.TRIBLER, packet[22] & 0xff, claimed, false, 0)
                .toByteArray();
        byte[] forged = Arrays.copyOf(head, head.length + packet.length - rest - 64 + claimed.signatureLength());
        System.arraycopy(packet, rest, forged, head.length, packet.length - rest - 64);
        forged[forged.length - claimed.signatureLength() / 2 - 1] = 1;
        forged[forged.length - 1] = 1;
        return forged;
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
