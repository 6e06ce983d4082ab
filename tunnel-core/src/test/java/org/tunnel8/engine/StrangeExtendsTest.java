package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.cell.SealedCandidates;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.walk.PeerFlags;

/** Extends with which an owner would have a relay of a whole engine send where it should not (D18). */
class StrangeExtendsTest {
    private static final int CIRCUIT = 77;

    private final VirtualNetwork network = new VirtualNetwork(5);
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final EngineNode relay = EngineNode.server(network, "5.0.1.1:7001", PeerFlags.RELAY, bootstrap);
    private final SplittableRandom random = network.random();
    private final LayerCipher cipher = LayerCiphers.named("jdk").create();
    private final IdentityKey identity = IdentityKey.generate(random);
    private final InetSocketAddress address = EngineNode.at("5.0.3.1:7001");
    private final List<byte[]> received = new ArrayList<>();

    /** The owner, played by hand. */
    private final class Owner implements VirtualNode {
        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public long nextDeadlineNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onDeadline(long nowNanos) {}

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            received.add(ByteString.of(buffer, offset, length).toBytes());
        }
    }

    private static byte[] cell(boolean plaintext, byte[] body) {
        byte[] cell = new byte[CellFrame.HEADER_BYTES + body.length];
        CellFrame.writeHeader(cell, 0, CommunityId.TRIBLER, CIRCUIT, plaintext, true);
        System.arraycopy(body, 0, cell, CellFrame.HEADER_BYTES, body.length);
        return cell;
    }

    private static byte[] encode(CellMessage message) {
        WireWriter writer = new WireWriter(1_000);
        CellCodec.encode(message, writer);
        return writer.toByteArray();
    }

    private SessionKeys join() throws CryptoFailure, MalformedMessageException {
        network.join(new Owner());
        EphemeralKey x = EphemeralKey.generate(random);
        ByteString own = ByteString.of(identity.publicKey().toBytes());
        network.send(address, relay.address(), cell(true, encode(new Create(7, own, ByteString.of(x.publicKey())))));
        network.runFor(Duration.ofSeconds(1));
        byte[] answer = received.get(0);
        Created created =
                (Created) CellCodec.decode(answer, CellFrame.HEADER_BYTES, answer.length - CellFrame.HEADER_BYTES);
        SessionKeys keys = KeyAgreement.initiate(
                x,
                relay.identity().publicKey(),
                created.ephemeralKey().toBytes(),
                created.auth().toBytes());
        assertThat(SealedCandidates.open(cipher, keys.forward(), created.sealedCandidates()))
                .isNotNull();
        return keys;
    }

    @Test
    void aRelayDoesNotExtendToItsOwnAddressUnderAnotherKey() throws CryptoFailure, MalformedMessageException {
        SessionKeys keys = join();
        byte[] extend = encode(new Extend(
                9,
                ByteString.of(IdentityKey.generate(random).publicKey().toBytes()),
                ByteString.of(EphemeralKey.generate(random).publicKey()),
                new IpAddress(relay.address())));
        byte[] layer = new byte[extend.length + LayerCipher.OVERHEAD_BYTES];
        System.arraycopy(extend, 0, layer, LayerCipher.COUNTER_BYTES, extend.length);
        cipher.seal(keys.forward(), 3, layer, LayerCipher.COUNTER_BYTES, extend.length);
        network.forgetPassages();

        network.send(address, relay.address(), cell(false, layer));
        network.runFor(Duration.ofSeconds(1));

        assertThat(relay.drops(DropReason.EXTEND_REFUSED)).isEqualTo(1);
        assertThat(network.passages())
                .noneMatch(passage ->
                        passage.to().equals(relay.address()) && passage.from().equals(relay.address()));
    }
}
