package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.DestroyCodec;

/** Circuits that the attacker has built to its targets by the rules, to send through them what the rules forbid. */
final class OwnedCircuits {
    /** More than any target accepts, so that the newest are alive and the oldest are not. */
    private static final int MOST = 256;

    private static final int ASKED_FOR = 512;

    private final RandomGenerator random;
    private final Strangers strangers;
    private final CommunityId community;
    private final LayerCipher cipher = LayerCiphers.named("jdk").create();
    private final Map<Integer, Asked> asked = new LinkedHashMap<>();
    private final List<Owned> owned = new ArrayList<>();
    private int agreed;

    private record Asked(Target target, InetSocketAddress from, IdentityKey signer, int identifier, EphemeralKey x) {}

    /** One circuit. */
    record Owned(
            Target target, InetSocketAddress from, IdentityKey signer, int id, SessionKeys keys, SendCounter counter) {}

    OwnedCircuits(RandomGenerator random, Strangers strangers, CommunityId community) {
        this.random = random;
        this.strangers = strangers;
        this.community = community;
    }

    /** A correct create. */
    Shot create(Target target, InetSocketAddress from) {
        int id = random.nextInt();
        Asked question =
                new Asked(target, from, strangers.key(), random.nextInt(1 << 16), EphemeralKey.generate(random));
        asked.put(id, question);
        if (asked.size() > ASKED_FOR) {
            asked.remove(asked.keySet().iterator().next());
        }
        byte[] message = TunnelMessages.encoded(new Create(
                question.identifier,
                ByteString.of(question.signer.publicKey().toBytes()),
                ByteString.of(question.x.publicKey())));
        return new Shot(Shot.Kind.CREATE, from, target.address(), cell(id, true, true, message));
    }

    /** Takes the answer to a create; nothing if it is something else. */
    void onCreated(int circuitId, Created created) {
        Asked question = asked.remove(circuitId);
        if (question == null || created.identifier() != question.identifier) {
            return;
        }
        try {
            SessionKeys keys = KeyAgreement.initiate(
                    question.x,
                    question.target.key(),
                    created.ephemeralKey().toBytes(),
                    created.auth().toBytes());
            agreed++;
            Owned circuit = new Owned(
                    question.target, question.from, question.signer, circuitId, keys, SendCounter.ownerForward());
            if (owned.size() < MOST) {
                owned.add(circuit);
            } else {
                owned.set(random.nextInt(MOST), circuit);
            }
        } catch (CryptoFailure e) {
            throw new AssertionError("a target answers as it should", e);
        }
    }

    /** One of the circuits, perhaps a dead one; null if there is none. */
    @Nullable
    Owned any() {
        return owned.isEmpty() ? null : owned.get(random.nextInt(owned.size()));
    }

    /** The circuit agreed on last. */
    Owned newest() {
        return owned.get(owned.size() - 1);
    }

    /** How many circuits the targets have agreed to. */
    int agreed() {
        return agreed;
    }

    /** A message sealed for the circuit's end. */
    Shot sealed(Owned circuit, byte[] message, boolean relayEarly) {
        byte[] layer = new byte[message.length + LayerCipher.OVERHEAD_BYTES];
        System.arraycopy(message, 0, layer, LayerCipher.COUNTER_BYTES, message.length);
        cipher.seal(circuit.keys.forward(), circuit.counter.next(), layer, LayerCipher.COUNTER_BYTES, message.length);
        byte[] bytes = cell(circuit.id, false, relayEarly, layer);
        return new Shot(Shot.Kind.OWNED_CIRCUIT, circuit.from, circuit.target.address(), bytes);
    }

    /** The destroy of a circuit by its owner. */
    Shot destroy(Owned circuit) {
        owned.remove(circuit);
        byte[] bytes = DestroyCodec.encode(community, circuit.id, random.nextInt(5), circuit.signer);
        return new Shot(Shot.Kind.DESTROY, circuit.from, circuit.target.address(), bytes);
    }

    /** A cell with any content. */
    byte[] cell(int circuitId, boolean plaintext, boolean relayEarly, byte[] content) {
        byte[] bytes = new byte[CellFrame.HEADER_BYTES + content.length];
        CellFrame.writeHeader(bytes, 0, community, circuitId, plaintext, relayEarly);
        System.arraycopy(content, 0, bytes, CellFrame.HEADER_BYTES, content.length);
        return bytes;
    }
}
