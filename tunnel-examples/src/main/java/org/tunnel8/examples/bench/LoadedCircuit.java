package org.tunnel8.examples.bench;

import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellEndpoint;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;

/**
 * One circuit through the relay under test, played from both sides (PROTOCOL.md §6, §8).
 *
 * <p>The owner agrees on keys with the relay, extends, and seals and opens the relay's layer. The next hop answers the
 * relay's create with random bytes of the right sizes: the relay passes them on unread, and the owner does not need that
 * hop's keys, since what it sends below the relay's layer is numbers. Loop thread only.
 */
final class LoadedCircuit {
    /** Of one candidate list with four relays in it. */
    private static final int CANDIDATES_BYTES = 330;

    private final CircuitLoad load;
    private final LoadNeighbour owner;
    private final LoadNeighbour nextHop;
    private final int id;
    private final EphemeralKey x;
    private final long startedNanos;
    private final SendCounter counter = SendCounter.ownerForward();
    private final CellEndpoint ownerEnd = new OwnerEnd();
    private final CellEndpoint nextHopEnd = new NextHopEnd();
    private @Nullable SessionKeys keys;
    private int identifier;
    private int nextId;
    private boolean ready;

    LoadedCircuit(CircuitLoad load, LoadNeighbour owner, LoadNeighbour nextHop, int id, long nowNanos) {
        this.load = load;
        this.owner = owner;
        this.nextHop = nextHop;
        this.id = id;
        this.x = EphemeralKey.generate(load.random());
        this.startedNanos = nowNanos;
    }

    int id() {
        return id;
    }

    long startedNanos() {
        return startedNanos;
    }

    boolean isReady() {
        return ready;
    }

    CellEndpoint ownerEnd() {
        return ownerEnd;
    }

    void sendCreate() {
        identifier = load.random().nextInt(1 << 16);
        owner.cells()
                .sendPlain(
                        load.relay().address(),
                        id,
                        false,
                        new Create(identifier, owner.key(), ByteString.of(x.publicKey())));
    }

    /** Sends what lies in a buffer from the owner to the next hop, under the relay's layer; overwrites it. */
    void sendForward(byte[] buffer, int offset, int length) {
        sendForward(buffer, offset, length, false);
    }

    private void sendForward(byte[] buffer, int offset, int length, boolean relayEarly) {
        load.cipher().seal(keys().forward(), counter.next(), buffer, offset, length);
        owner.cells()
                .send(
                        load.relay().address(),
                        id,
                        false,
                        relayEarly,
                        buffer,
                        offset - LayerCipher.COUNTER_BYTES,
                        length + LayerCipher.OVERHEAD_BYTES);
    }

    /** Sends what lies in a buffer from the next hop to the owner. */
    void sendBackward(byte[] buffer, int offset, int length) {
        nextHop.cells().send(load.relay().address(), nextId, false, false, buffer, offset, length);
    }

    /** As the next hop: answers the relay's create. */
    CellEndpoint answerCreate(int circuitId, Create create) {
        nextId = circuitId;
        nextHop.cells()
                .sendPlain(
                        load.relay().address(),
                        circuitId,
                        false,
                        new Created(
                                create.identifier(),
                                bytes(EphemeralKey.LENGTH_BYTES),
                                bytes(KeyAgreement.AUTH_BYTES),
                                bytes(CANDIDATES_BYTES)));
        return nextHopEnd;
    }

    private ByteString bytes(int length) {
        RandomGenerator random = load.random();
        byte[] drawn = new byte[length];
        random.nextBytes(drawn);
        return ByteString.of(drawn);
    }

    private SessionKeys keys() {
        if (keys == null) {
            throw new IllegalStateException("the relay has not answered yet");
        }
        return keys;
    }

    private void onCreated(Created created) throws CryptoFailure {
        keys = KeyAgreement.initiate(
                x,
                load.relay().key(),
                created.ephemeralKey().toBytes(),
                created.auth().toBytes());
        ByteString forNextHop = bytes(EphemeralKey.LENGTH_BYTES);
        // By this key the next hop knows whose create comes.
        load.extending(this, forNextHop);
        identifier = load.random().nextInt(1 << 16);
        Extend extend = new Extend(identifier, nextHop.key(), forNextHop, new IpAddress(nextHop.address()));
        int length = owner.cells().encode(extend);
        sendForward(owner.cells().scratch(), Headroom.FRONT_BYTES, length, true);
    }

    /** As the owner: wants this circuit no more. */
    void giveUp() {
        owner.destroy(load.relay().address(), id);
    }

    /** One that was given up ends so as well. */
    private void destroyed(int reason) {
        if (ready) {
            load.failed(new IllegalStateException("the relay has ended a circuit, for reason " + reason
                    + ", as it does when one has carried 10 GiB: measure for a shorter time"));
        }
    }

    private final class OwnerEnd implements CellEndpoint {
        @Override
        public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
            int body = offset + CellFrame.HEADER_BYTES;
            int bodyLength = length - CellFrame.HEADER_BYTES;
            try {
                if (CellFrame.plaintext(buffer, offset)) {
                    if (keys == null && CellCodec.decode(buffer, body, bodyLength) instanceof Created created) {
                        onCreated(created);
                    }
                    return;
                }
                int opened = load.cipher().open(keys().backward(), buffer, body, bodyLength);
                if (opened < 0) {
                    throw new CryptoFailure("a cell came that the relay did not seal");
                }
                int message = body + LayerCipher.COUNTER_BYTES;
                if (ready) {
                    load.backward().onArrival(buffer, message, opened);
                } else {
                    onFirst(CellCodec.decode(buffer, message, opened));
                }
            } catch (MalformedMessageException | CryptoFailure e) {
                load.failed(new IllegalStateException("the relay does not speak as it should", e));
            }
        }

        private void onFirst(CellMessage message) {
            if (message instanceof Extended extended && extended.identifier() == identifier) {
                ready = true;
                load.ready(LoadedCircuit.this);
            }
        }

        @Override
        public boolean isNeighbour(PublicKey key) {
            return key.equals(load.relay().key());
        }

        @Override
        public void onDestroy(int reason) {
            destroyed(reason);
        }
    }

    private final class NextHopEnd implements CellEndpoint {
        @Override
        public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
            load.forward().onArrival(buffer, offset + CellFrame.HEADER_BYTES, length - CellFrame.HEADER_BYTES);
        }

        @Override
        public boolean isNeighbour(PublicKey key) {
            return key.equals(load.relay().key());
        }

        @Override
        public void onDestroy(int reason) {
            destroyed(reason);
        }
    }
}
