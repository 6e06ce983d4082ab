package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.cell.JoinedService;
import org.tunnel8.cell.SealedCandidates;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Admission;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.shaping.Outlet;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.walk.PeerFlags;

/** A relay service between neighbours that are played by hand, message for message. */
final class RelayFixture {
    static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;

    final SplittableRandom random = new SplittableRandom(42);
    final Deadlines deadlines = new Deadlines(0);
    final Counters counters = new Counters();
    final IdentityKey identity = IdentityKey.generate(random);
    final PeerTable peers = new PeerTable(100, deadlines);
    final CircuitTable table = new CircuitTable();
    final LayerCipher cipher;
    final List<Sent> sent = new ArrayList<>();
    /** A count: to hold the circuits themselves would hide that they are let go. */
    int closedPaths;

    final RelayService service;
    final CellRouter router;
    private int nextHost = 1;

    /** A datagram that the service sent. */
    record Sent(InetSocketAddress to, byte[] bytes) {
        boolean isCell() {
            return CellFrame.isCell(bytes, 0, bytes.length);
        }

        int circuitId() {
            return CellFrame.circuitId(bytes, 0);
        }

        /** The message of a plaintext cell. */
        CellMessage plain() {
            assertThat(CellFrame.plaintext(bytes, 0)).isTrue();
            return decode(bytes, CellFrame.HEADER_BYTES, bytes.length - CellFrame.HEADER_BYTES);
        }
    }

    RelayFixture(RelaySettings settings) {
        this(settings, "jdk");
    }

    RelayFixture(RelaySettings settings, String cipherName) {
        cipher = LayerCiphers.named(cipherName).create();
        CellSender cells = new CellSender(
                CommunityId.TRIBLER,
                this::send,
                new TrafficShaper(settings.traffic(), Outlet.of(this::send), deadlines, counters));
        JoinedService exit = new JoinedService() {
            @Override
            public void onData(JoinedPath path, InetSocketAddress from, byte[] buffer, int offset, int length) {}

            @Override
            public void onHttpRequest(JoinedPath path, HttpRequest request) {}

            @Override
            public void onPathClosed(JoinedPath path) {
                closedPaths++;
            }
        };
        service = new RelayService(
                settings,
                identity,
                table,
                cells,
                this::send,
                cipher,
                peers,
                deadlines,
                random,
                counters,
                exit,
                target -> !target.getAddress().isSiteLocalAddress() && target.getPort() != 0);
        router = new CellRouter(table, counters, service);
        service.start();
    }

    static RelayFixture withFlags(int flags) {
        return new RelayFixture(RelaySettings.of(new PeerFlags(flags)));
    }

    private void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        sent.add(new Sent(to, Arrays.copyOfRange(buffer, offset, offset + length)));
    }

    static InetSocketAddress at(String host, int port) {
        return ((IpAddress) Address.parse(host, port)).endpoint();
    }

    /** Makes a peer known, as its introduction would. */
    PublicKey peer(int flags) {
        PublicKey key = IdentityKey.generate(random).publicKey();
        InetSocketAddress address = at("198.51.100." + nextHost++, 7_000);
        assertThat(peers.admit(new Sighting(key, address, true, null, true, new PeerFlags(flags))))
                .isEqualTo(Admission.ADDED);
        return key;
    }

    long drops(DropReason reason) {
        return counters.drops(reason);
    }

    void runFor(Duration time) {
        long end = deadlines.nowNanos() + time.toNanos();
        while (deadlines.nextNanos() <= end) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(end);
    }

    /** Hands a datagram to the service. */
    void deliver(InetSocketAddress from, byte[] datagram) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + datagram.length + Headroom.BACK_BYTES];
        System.arraycopy(datagram, 0, buffer, Headroom.FRONT_BYTES, datagram.length);
        router.onCell(from, buffer, Headroom.FRONT_BYTES, datagram.length);
    }

    void deliverPlain(InetSocketAddress from, int circuitId, CellMessage message) {
        deliver(from, frame(circuitId, true, false, encode(message)));
    }

    void deliverDestroy(int circuitId, IdentityKey signer, int reason) {
        byte[] packet = DestroyCodec.encode(CommunityId.TRIBLER, circuitId, reason, signer);
        try {
            Destroy destroy = DestroyCodec.decode(packet, 0, packet.length);
            router.onDestroy(
                    circuitId, destroy.sender(), destroy.reason(), () -> DestroyCodec.verify(destroy, packet, 0));
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes the only datagram that was sent since the last call. */
    Sent onlySent() {
        assertThat(sent).hasSize(1);
        return sent.remove(0);
    }

    /** Takes the only destroy that was sent since the last call, out of all else. */
    Destroy onlyDestroy(InetSocketAddress to) {
        List<Sent> destroys = sent.stream().filter(each -> !each.isCell()).toList();
        assertThat(destroys).hasSize(1).allMatch(each -> each.to().equals(to));
        sent.removeAll(destroys);
        try {
            return DestroyCodec.decode(
                    destroys.get(0).bytes(), 0, destroys.get(0).bytes().length);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] encode(CellMessage message) {
        WireWriter writer = new WireWriter(10_000);
        CellCodec.encode(message, writer);
        return writer.toByteArray();
    }

    static CellMessage decode(byte[] buffer, int offset, int length) {
        try {
            return CellCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] frame(int circuitId, boolean plaintext, boolean relayEarly, byte[] body) {
        byte[] cell = new byte[CellFrame.HEADER_BYTES + body.length];
        CellFrame.writeHeader(cell, 0, CommunityId.TRIBLER, circuitId, plaintext, relayEarly);
        System.arraycopy(body, 0, cell, CellFrame.HEADER_BYTES, body.length);
        return cell;
    }

    /** Somebody who has this node as the first hop. */
    final class Owner {
        final IdentityKey key;
        final InetSocketAddress address;
        final int circuitId;
        private final EphemeralKey ephemeral = EphemeralKey.generate(random);
        private final SendCounter counter = SendCounter.ownerForward();
        private @Nullable SessionKeys keys;

        Owner(String host, int circuitId) {
            this(host, circuitId, IdentityKey.generate(random));
        }

        Owner(String host, int circuitId, IdentityKey key) {
            this.key = key;
            this.address = at(host, 9_000);
            this.circuitId = circuitId;
        }

        Create create() {
            return new Create(7, ByteString.of(key.publicKey().toBytes()), ByteString.of(ephemeral.publicKey()));
        }

        void sendCreate() {
            deliverPlain(address, circuitId, create());
        }

        /** Takes the created that was just sent; returns what it offers. */
        CandidateList takeCreated() {
            Sent answer = onlySent();
            assertThat(answer.to()).isEqualTo(address);
            assertThat(answer.circuitId()).isEqualTo(circuitId);
            Created created = (Created) answer.plain();
            assertThat(created.identifier()).isEqualTo(7);
            try {
                SessionKeys agreed = KeyAgreement.initiate(
                        ephemeral,
                        identity.publicKey(),
                        created.ephemeralKey().toBytes(),
                        created.auth().toBytes());
                keys = agreed;
                return SealedCandidates.open(cipher, agreed.forward(), created.sealedCandidates());
            } catch (CryptoFailure | MalformedMessageException e) {
                throw new AssertionError(e);
            }
        }

        Owner joined() {
            sendCreate();
            takeCreated();
            return this;
        }

        private SessionKeys keys() {
            if (keys == null) {
                throw new AssertionError("nothing has been agreed on");
            }
            return keys;
        }

        void send(CellMessage message, boolean relayEarly) {
            sendSealed(encode(message), relayEarly);
        }

        void sendSealed(byte[] plain, boolean relayEarly) {
            byte[] layer = new byte[plain.length + LayerCipher.OVERHEAD_BYTES];
            System.arraycopy(plain, 0, layer, LayerCipher.COUNTER_BYTES, plain.length);
            cipher.seal(keys().forward(), counter.next(), layer, LayerCipher.COUNTER_BYTES, plain.length);
            deliver(address, frame(circuitId, false, relayEarly, layer));
        }

        void extend(int identifier, PublicKey next, IpAddress to) {
            ByteString x = ByteString.of(EphemeralKey.generate(random).publicKey());
            send(new Extend(identifier, ByteString.of(next.toBytes()), x, to), true);
        }

        /** The message of a cell that came to this owner. */
        CellMessage open(Sent cell) {
            assertThat(cell.to()).isEqualTo(address);
            assertThat(cell.circuitId()).isEqualTo(circuitId);
            assertThat(CellFrame.plaintext(cell.bytes(), 0)).isFalse();
            byte[] bytes = cell.bytes().clone();
            int length = cipher.open(
                    keys().backward(), bytes, CellFrame.HEADER_BYTES, bytes.length - CellFrame.HEADER_BYTES);
            assertThat(length).as("opens").isPositive();
            return decode(bytes, CellFrame.HEADER_BYTES + LayerCipher.COUNTER_BYTES, length);
        }
    }

    Owner owner(int number) {
        return new Owner("203.0.113." + number, 1_000 + number);
    }
}
