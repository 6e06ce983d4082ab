package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.fuzz.AttackedNode.Roles;
import org.tunnel8.fuzz.OwnedCircuits.Owned;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.walk.PeerFlags;

/** Attacks that the random ones have found, or that reading the code has: each by itself, as it must end. */
class KnownAttacksTest {
    private static final int EXIT = PeerFlags.RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_IPV8;
    private static final InetSocketAddress ATTACKER = AttackedNode.at("66.1.2.3:4567");
    private static final InetSocketAddress HOP = AttackedNode.at("66.1.2.4:4567");
    private static final IdentityKey HOPS_KEY = IdentityKey.generate(new SplittableRandom(3));

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final SplittableRandom random = network.random();
    private final AttackedNode node =
            new AttackedNode(network, "5.0.0.1:7001", new Roles(EXIT, true, true, null), List.of());
    private final List<Passage> heard = new ArrayList<>();
    private Strangers strangers;
    private OwnedCircuits circuits;

    @BeforeEach
    void listen() throws Exception {
        Samples samples = new Samples(random);
        Sources sources = new Sources(random, List.of(ATTACKER), List.of(node.address()), true);
        strangers = new Strangers(random, samples, sources, CommunityId.TRIBLER);
        circuits = new OwnedCircuits(random, strangers, CommunityId.TRIBLER);
        network.elsewhere(heard::add);
    }

    private void fire(InetSocketAddress from, byte[] bytes) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + bytes.length + Headroom.BACK_BYTES];
        System.arraycopy(bytes, 0, buffer, Headroom.FRONT_BYTES, bytes.length);
        node.onDatagram(network.nowNanos(), from, buffer, Headroom.FRONT_BYTES, bytes.length);
    }

    private void fire(Shot shot) {
        fire(shot.from(), shot.bytes());
    }

    private long drops(DropReason reason) {
        return node.engine().counters().drops(reason);
    }

    /** A circuit of the attacker's that ends at the node. */
    private Owned circuit() throws MalformedMessageException {
        fire(circuits.create(node.target(), ATTACKER));
        network.runFor(Duration.ofSeconds(1));
        Passage created = heard.remove(heard.size() - 1);
        circuits.onCreated(CellFrame.circuitId(created.bytes(), 0), (Created) messageOf(created.bytes()));
        return circuits.newest();
    }

    private static Object messageOf(byte[] cell) throws MalformedMessageException {
        int header = CellFrame.HEADER_BYTES;
        return CellCodec.decode(cell, header, cell.length - header);
    }

    private static byte[] extend(byte[] key, int xBytes) {
        return TunnelMessages.encoded(
                new Extend(7, ByteString.of(key), ByteString.of(new byte[xBytes]), new IpAddress(HOP)));
    }

    private static byte[] hopsKey() {
        return HOPS_KEY.publicKey().toBytes();
    }

    @Test
    void anExtendWithAnEndlessKeyIsRefused() throws Exception {
        Owned circuit = circuit();
        for (int length : new int[] {0, EphemeralKey.LENGTH_BYTES - 1, EphemeralKey.LENGTH_BYTES + 1, 7_000}) {
            fire(circuits.sealed(circuit, extend(hopsKey(), length), true));
        }
        fire(circuits.sealed(circuit, extend(new byte[7_000], EphemeralKey.LENGTH_BYTES), true));
        network.runFor(Duration.ofSeconds(1));

        assertThat(drops(DropReason.MALFORMED)).isEqualTo(4);
        assertThat(drops(DropReason.BAD_KEY)).isEqualTo(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void aCreatedThatNoExtendedHasRoomForIsRefused() throws Exception {
        Owned circuit = circuit();
        fire(circuits.sealed(circuit, extend(hopsKey(), EphemeralKey.LENGTH_BYTES), true));
        network.runFor(Duration.ofMillis(100));
        Passage cell = heard.remove(0);
        assertThat(cell.to()).isEqualTo(HOP);
        Create create = (Create) messageOf(cell.bytes());
        assertThat(create.nodePublicKey().length()).isEqualTo(PublicKey.USUAL_LENGTH_BYTES);
        int id = CellFrame.circuitId(cell.bytes(), 0);

        fire(HOP, circuits.cell(id, true, false, created(create, 32, 7_000)));
        fire(HOP, circuits.cell(id, true, false, created(create, 7_000, 100)));
        network.runFor(Duration.ofMillis(100));
        assertThat(drops(DropReason.MALFORMED)).isEqualTo(2);
        assertThat(heard).isEmpty();

        fire(HOP, circuits.cell(id, true, false, created(create, 32, 1_800)));
        network.runFor(Duration.ofMillis(100));
        assertThat(heard).hasSize(1);
        assertThat(node.engine().relay().relayedCircuits()).isEqualTo(1);
    }

    private static byte[] created(Create create, int yBytes, int listBytes) {
        return TunnelMessages.encoded(new Created(
                create.identifier(),
                ByteString.of(new byte[yBytes]),
                ByteString.of(new byte[32]),
                ByteString.of(new byte[listBytes])));
    }

    @Test
    void anOwnerCannotHaveCreatesSentWithoutEnd() throws Exception {
        Owned circuit = circuit();
        for (int i = 0; i < 1_000; i++) {
            fire(circuits.sealed(circuit, extend(hopsKey(), EphemeralKey.LENGTH_BYTES), true));
        }
        network.runFor(Duration.ofSeconds(20));

        assertThat(drops(DropReason.RATE_LIMITED)).isEqualTo(992);
        assertThat(heard)
                .as("creates, the last one repeated, and a destroy for each")
                .hasSizeLessThanOrEqualTo(8 + 5 + 8);
    }

    @Test
    void forgedDestroysAreCheckedAFewTimesASecond() throws Exception {
        Owned circuit = circuit();
        byte[] genuine = circuits.destroy(circuit).bytes();
        for (int i = 0; i < 10_000; i++) {
            byte[] forged = genuine.clone();
            forged[forged.length - 1 - i % 32] ^= 1;
            fire(ATTACKER, forged);
        }
        assertThat(node.engine().counters().traffic(Kind.SIGNATURES_CHECKED)).isEqualTo(4);
        assertThat(drops(DropReason.BAD_SIGNATURE)).isEqualTo(4);
        assertThat(drops(DropReason.RATE_LIMITED)).isEqualTo(9_996);

        network.runFor(Duration.ofSeconds(2));
        fire(ATTACKER, genuine);
        assertThat(node.engine().relay().joinedCircuits()).isZero();
    }

    @Test
    void forgedDestroysOfOneCircuitLeaveOthersAlone() throws Exception {
        Owned other = circuit();
        Owned attacked = circuit();
        byte[] forged = circuits.destroy(attacked).bytes();
        forged[forged.length - 1] ^= 1;
        for (int i = 0; i < 1_000; i++) {
            fire(ATTACKER, forged);
        }
        fire(circuits.destroy(other));

        assertThat(node.engine().relay().joinedCircuits()).isEqualTo(1);
    }

    @Test
    void destroysByKeysThatNoNeighbourHasAreNotEvenRead() throws Exception {
        byte[] packet = strangers.forgedDestroy(1, strangers.oldKey());
        for (int i = 0; i < 1_000; i++) {
            fire(ATTACKER, packet);
        }
        assertThat(drops(DropReason.MALFORMED)).isEqualTo(1_000);
        assertThat(node.engine().counters().traffic(Kind.SIGNATURES_CHECKED)).isZero();
    }

    @Test
    void whatIsOfNoKnownOverlayIsCounted() {
        fire(ATTACKER, new byte[0]);
        fire(ATTACKER, new byte[22]);
        fire(ATTACKER, new byte[500]);
        fire(ATTACKER, Mutations.concat(CommunityId.TRIBLER.prefix(), new byte[] {17, 0, 0}));

        assertThat(drops(DropReason.UNKNOWN_PREFIX)).isEqualTo(3);
        assertThat(drops(DropReason.UNKNOWN_MESSAGE)).isEqualTo(1);
    }

    @Test
    void namesThatAreNoneAreNeitherAskedForNorKept() throws Exception {
        Owned circuit = circuit();
        for (int i = 0; i < 100; i++) {
            HostAddress endless = new HostAddress("x".repeat(256 + 70 * i), 6881);
            byte[] payload = new byte[20];
            payload[0] = 1;
            fire(circuits.sealed(
                    circuit,
                    TunnelMessages.encoded(new Data(endless, IpAddress.UNSPECIFIED, ByteString.of(payload))),
                    false));
        }
        assertThat(drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(100);
        assertThat(node.engine().tables())
                .filteredOn(size -> size.table().startsWith("names"))
                .extracting(TableSize::size)
                .containsOnly(0);
    }
}
