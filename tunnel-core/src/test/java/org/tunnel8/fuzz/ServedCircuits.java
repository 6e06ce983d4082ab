package org.tunnel8.fuzz;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
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
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;

/** Circuits in which the attacker is a hop: behind its targets, or the first of the targets' own. */
final class ServedCircuits {
    private static final int MOST = 256;

    private final RandomGenerator random;
    private final Strangers strangers;
    private final TunnelMessages messages;
    private final Mutations mutations;
    private final LayerCipher cipher = LayerCiphers.named("jdk").create();
    private final Map<Integer, Served> served = new LinkedHashMap<>();

    /** One circuit, seen from a hop of it. */
    record Served(Target target, InetSocketAddress at, int id, SessionKeys keys, SendCounter counter) {}

    ServedCircuits(RandomGenerator random, Strangers strangers, TunnelMessages messages, Mutations mutations) {
        this.random = random;
        this.strangers = strangers;
        this.messages = messages;
        this.mutations = mutations;
    }

    /** The correct answer to a create, but for what it offers. */
    byte[] created(Target target, InetSocketAddress at, int id, int identifier, ByteString x) throws CryptoFailure {
        KeyAgreement.Response response = respond(strangers.keyAt(at), x);
        Served circuit = new Served(target, at, id, response.keys(), SendCounter.responderBackward());
        served.put(id, circuit);
        if (served.size() > MOST) {
            served.remove(served.keySet().iterator().next());
        }
        return TunnelMessages.encoded(new Created(
                identifier, ByteString.of(response.y()), ByteString.of(response.auth()), candidates(response.keys())));
    }

    private KeyAgreement.Response respond(IdentityKey key, ByteString x) throws CryptoFailure {
        return KeyAgreement.respond(key, EphemeralKey.generate(random), x.toBytes());
    }

    private ByteString candidates(SessionKeys keys) {
        if (random.nextInt(4) == 0) {
            byte[] layer = mutations.randomBytes(LayerCipher.OVERHEAD_BYTES + random.nextInt(1_500));
            int length = layer.length - LayerCipher.OVERHEAD_BYTES;
            cipher.seal(keys.forward(), SendCounter.CANDIDATE_LIST_COUNTER, layer, LayerCipher.COUNTER_BYTES, length);
            return ByteString.of(layer);
        }
        List<PublicKey> offered = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            offered.add(
                    random.nextInt(4) == 0
                            ? strangers.oldKey()
                            : strangers.key().publicKey());
        }
        return SealedCandidates.seal(cipher, keys.forward(), offered);
    }

    /** One of the circuits, perhaps a dead one; null if there is none. */
    @Nullable
    Served any() {
        if (served.isEmpty()) {
            return null;
        }
        int skipped = random.nextInt(served.size());
        for (Served circuit : served.values()) {
            if (skipped-- == 0) {
                return circuit;
            }
        }
        throw new AssertionError("fewer circuits than there are");
    }

    /** A cell that a target has sent the attacker as its next hop: its message, or null if it does not open. */
    @Nullable
    CellMessage opened(int id, byte[] cell) {
        Served circuit = served.get(id);
        byte[] bytes = cell.clone();
        int header = CellFrame.HEADER_BYTES;
        int length = circuit == null ? -1 : cipher.open(circuit.keys.forward(), bytes, header, bytes.length - header);
        if (length <= 0) {
            return null;
        }
        try {
            return CellCodec.decode(bytes, header + LayerCipher.COUNTER_BYTES, length);
        } catch (MalformedMessageException e) {
            return null; // a layer of the next hop's, most likely
        }
    }

    /** What the attacker answers to a message through a circuit: often what is right, else anything. */
    byte[] answerTo(CellMessage message) {
        if (random.nextInt(4) == 0) {
            return messages.fromHop();
        } else if (message instanceof Ping ping) {
            return TunnelMessages.encoded(new Pong(ping.identifier()));
        } else if (message instanceof Extend extend) {
            return extended(extend);
        } else if (message instanceof HttpRequest request) {
            return messages.httpResponse(request.identifier());
        }
        return messages.fromHop();
    }

    private byte[] extended(Extend extend) {
        IdentityKey key = strangers.keyOf(extend.nodePublicKey());
        if (key == null) {
            return messages.oddCreated(extend.identifier(), true);
        }
        try {
            KeyAgreement.Response response = respond(key, extend.ephemeralKey());
            return TunnelMessages.encoded(new Extended(
                    extend.identifier(),
                    ByteString.of(response.y()),
                    ByteString.of(response.auth()),
                    candidates(response.keys())));
        } catch (CryptoFailure e) {
            throw new AssertionError("targets extend with proper keys", e);
        }
    }

    /** A message sealed as the circuit's hop does. */
    byte[] sealed(int id, byte[] message) {
        Served circuit = served.get(id);
        if (circuit == null) {
            throw new IllegalArgumentException("no such circuit");
        }
        byte[] layer = new byte[message.length + LayerCipher.OVERHEAD_BYTES];
        System.arraycopy(message, 0, layer, LayerCipher.COUNTER_BYTES, message.length);
        cipher.seal(circuit.keys.backward(), circuit.counter.next(), layer, LayerCipher.COUNTER_BYTES, message.length);
        return layer;
    }
}
