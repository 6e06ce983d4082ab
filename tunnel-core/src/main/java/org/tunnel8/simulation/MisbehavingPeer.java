package org.tunnel8.simulation;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkPacket;

/**
 * A peer that does one of the {@link Misbehaviour}s, towards all it meets. To meet somebody it asks the bootstrap servers,
 * properly, and is introduced by them; it punctures when asked, so that its NAT lets its victims in.
 */
final class MisbehavingPeer implements Participant {
    private static final long ROUND_NANOS = 1_000_000_000L;

    /** Rounds between two requests to the bootstrap servers: often enough to be introduced all the time. */
    private static final int ROUNDS_PER_ANNOUNCEMENT = 8;

    private static final int SHOTS_PER_ROUND = 3;
    private static final int FLOOD_PER_ROUND = 50;
    private static final int FLOOD_KEYS = 25;
    private static final int MAX_MET = 100;

    private final SimulatedHost host;
    private final SimulatedNetwork network;
    private final Misbehaviour misbehaviour;
    private final IdentityKey identity;
    private final List<InetSocketAddress> servers;
    private final SeededRandom random;
    private final HostileMail mail;
    private final SimulatedPort port;
    private final List<IdentityKey> masks;
    private final List<InetSocketAddress> met = new ArrayList<>();
    private final List<Face> faces = new ArrayList<>();
    private long nextNanos;
    private int rounds;

    /** Somebody honest as far as a stranger can tell: a key, and where it was seen. */
    private record Face(PublicKey key, InetSocketAddress address) {}

    MisbehavingPeer(
            SimulatedHost host, Misbehaviour misbehaviour, IdentityKey identity, List<InetSocketAddress> servers) {
        this.host = host;
        this.network = host.network();
        this.misbehaviour = misbehaviour;
        this.identity = identity;
        this.servers = List.copyOf(servers);
        this.random = network.random();
        this.mail = new HostileMail(network.signatures(), random);
        this.masks = misbehaviour == Misbehaviour.FLOOD ? mail.keys(FLOOD_KEYS) : List.of(identity);
        this.nextNanos = network.nowNanos() + random.nextLong(ROUND_NANOS);
        this.port = host.open(0, this);
    }

    Misbehaviour misbehaviour() {
        return misbehaviour;
    }

    SimulatedHost host() {
        return host;
    }

    InetSocketAddress address() {
        return port.address();
    }

    IdentityKey identity() {
        return identity;
    }

    void leave() {
        port.close();
    }

    @Override
    public long nextDeadlineNanos() {
        return nextNanos;
    }

    @Override
    public void onDeadline(long nowNanos) {
        nextNanos = nowNanos + ROUND_NANOS;
        if (rounds++ % ROUNDS_PER_ANNOUNCEMENT == 0) {
            for (InetSocketAddress server : servers) {
                send(server, mail.request(server, identity));
            }
        }
        if (met.isEmpty()) {
            return;
        }
        int shots = misbehaviour == Misbehaviour.FLOOD ? FLOOD_PER_ROUND : SHOTS_PER_ROUND;
        InetSocketAddress victim = drawn(met);
        for (int i = 0; i < shots; i++) {
            fire(misbehaviour == Misbehaviour.FLOOD ? victim : drawn(met));
        }
    }

    private void fire(InetSocketAddress victim) {
        switch (misbehaviour) {
            case GARBAGE -> send(victim, mail.garbage());
            case OTHER_VERSION -> send(victim, otherVersion(mail.request(victim, identity)));
            case FORGERY -> send(victim, forged(mail.request(victim, identity)));
            case FLOOD -> send(victim, mail.request(victim, drawn(masks)));
            case FALSE_INTRODUCTIONS -> send(victim, mail.request(victim, identity));
            case SPOOFING -> spoof(victim);
        }
    }

    private byte[] otherVersion(byte[] datagram) {
        byte[] other = mail.inOtherVersion(datagram, identity);
        return random.nextBoolean() && !faces.isEmpty()
                ? mail.underKeyOf(drawn(faces).key(), other)
                : other;
    }

    private byte[] forged(byte[] datagram) {
        return random.nextBoolean() && !faces.isEmpty()
                ? mail.underKeyOf(drawn(faces).key(), datagram)
                : mail.forged(datagram);
    }

    /** Somebody honest seems to do to the victim what the other kinds do. */
    private void spoof(InetSocketAddress victim) {
        if (faces.isEmpty()) {
            return;
        }
        Face innocent = drawn(faces);
        byte[] proper = mail.request(victim, identity);
        byte[] datagram = switch (random.nextInt(6)) {
            case 0 -> mail.garbage();
            case 1 -> mail.inOtherVersion(proper, identity);
            case 2 -> mail.underKeyOf(innocent.key(), mail.inOtherVersion(proper, identity));
            case 3 -> mail.underKeyOf(innocent.key(), proper);
            case 4 -> mail.forged(mail.response(victim, random.nextInt(1 << 16), mail.nonsense(met), identity));
            default -> proper;
        };
        network.inject(innocent.address(), victim, datagram);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        WalkPacket packet;
        try {
            packet = WalkCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            // Whatever it is, it is of no use for misbehaving.
            return;
        }
        WalkMessage message = packet.message();
        if (message instanceof PunctureRequest request) {
            puncture(request);
        } else if (!servers.contains(from)) {
            meet(from, packet.sender());
        }
        if (message instanceof IntroductionRequest request) {
            answer(from, request.identifier());
        } else if (message instanceof IntroductionResponse response
                && servers.contains(from)
                && response.introducedWan().endpoint().getAddress() instanceof Inet4Address
                && !response.introducedWan().isUnspecified()) {
            InetSocketAddress introduced = response.introducedWan().endpoint();
            meet(introduced, null);
            fire(introduced);
        }
    }

    private void puncture(PunctureRequest request) {
        InetSocketAddress walker = request.walkerWan().endpoint();
        if (walker.getPort() != 0) {
            Puncture puncture =
                    new Puncture(request.style(), request.walkerLan(), request.walkerWan(), request.identifier());
            send(walker, mail.signed(puncture, request.identifier(), identity));
            meet(walker, null);
        }
    }

    private void answer(InetSocketAddress to, int identifier) {
        byte[] proper = mail.response(to, identifier, null, identity);
        if (servers.contains(to)) {
            send(to, proper);
            return;
        }
        switch (misbehaviour) {
            case GARBAGE -> send(to, mail.garbage());
            case OTHER_VERSION -> send(to, otherVersion(proper));
            case FORGERY -> send(to, forged(proper));
            case FALSE_INTRODUCTIONS -> send(to, mail.lie(identifier, mail.nonsense(met), identity));
            case FLOOD, SPOOFING -> send(to, proper);
        }
    }

    private void meet(InetSocketAddress address, @Nullable PublicKey key) {
        if (!met.contains(address)) {
            met.add(address);
            if (met.size() > MAX_MET) {
                met.remove(0);
            }
        }
        if (key != null && !key.equals(identity.publicKey())) {
            faces.add(new Face(key, address));
            if (faces.size() > MAX_MET) {
                faces.remove(0);
            }
        }
    }

    private <T> T drawn(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private void send(InetSocketAddress to, byte[] datagram) {
        port.send(to, datagram, 0, datagram.length);
    }
}
