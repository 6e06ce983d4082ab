package org.tunnel8.fuzz;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.virtual.Passage;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkStyle;

/** An {@link Attack} on the relays and exits of an embedded network, from real sockets of its own. */
final class SocketAttack implements AutoCloseable {
    private static final int SOCKETS = 16;
    /** Outside sockets that are attacked: of all that were ever open, those that may still be. */
    private static final int YOUNGEST = 32;
    /** Tries to be answered by a node whose intake may be used up for a second. */
    private static final int ASKS = 200;

    private final CommunityId community;
    private final Samples samples;
    private final Attack attack;
    private final IdentityKey asker;
    private final Map<InetSocketAddress, DatagramChannel> channels = new LinkedHashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private List<InetSocketAddress> outside = List.of();
    private long sent;
    private long unsendable;
    private long heard;

    SocketAttack(EmbeddedNetwork network, long seed) throws IOException, CryptoFailure {
        SplittableRandom random = new SplittableRandom(seed);
        community = CommunityId.parse(network.network().communityId());
        samples = new Samples(random);
        asker = IdentityKey.generate(random);
        List<Target> targets = new ArrayList<>();
        List<TunnelNode> nodes = new ArrayList<>(network.relays());
        nodes.addAll(network.exits());
        for (TunnelNode node : nodes) {
            targets.add(new Target(node.address(), PublicKey.parse(node.publicKey())));
        }
        for (int i = 0; i < SOCKETS; i++) {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(network.clientAddress(100 + i), 0));
            channel.configureBlocking(false);
            channels.put((InetSocketAddress) channel.getLocalAddress(), channel);
        }
        Sources sources = new Sources(
                random,
                List.copyOf(channels.keySet()),
                targets.stream().map(Target::address).toList(),
                false);
        attack = new Attack(random, community, targets, () -> outside, samples, sources);
    }

    /** Says which addresses the exits' outside sockets have or had, oldest first. */
    void outside(Collection<InetSocketAddress> addresses) {
        List<InetSocketAddress> all = List.copyOf(addresses);
        outside = all.subList(Math.max(0, all.size() - YOUNGEST), all.size());
    }

    /** Sends hostile datagrams and takes what has come back. */
    void send(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Shot shot = attack.next();
            send(shot);
            if (shot.kind() == Shot.Kind.CREATE || shot.kind() == Shot.Kind.SIGNED) {
                samples.record(new Passage(0, shot.from(), shot.to(), shot.bytes()));
            }
        }
        sent += count;
        hear();
    }

    private void send(Shot shot) throws IOException {
        DatagramChannel channel = channels.get(shot.from());
        if (channel == null || channel.send(ByteBuffer.wrap(shot.bytes()), shot.to()) == 0) {
            unsendable++;
        }
    }

    /** What came to the attacker's sockets; returns how many introduction responses were among it. */
    private int hear() throws IOException {
        int responses = 0;
        for (Map.Entry<InetSocketAddress, DatagramChannel> entry : channels.entrySet()) {
            buffer.clear();
            InetSocketAddress from = (InetSocketAddress) entry.getValue().receive(buffer);
            while (from != null) {
                byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
                heard++;
                responses += Strangers.read(bytes) instanceof IntroductionResponse ? 1 : 0;
                samples.record(new Passage(0, from, entry.getKey(), bytes));
                attack.onDatagram(from, entry.getKey(), bytes);
                buffer.clear();
                from = (InetSocketAddress) entry.getValue().receive(buffer);
            }
        }
        return responses;
    }

    /** Whether a node answers a proper introduction request, if asked a few times. */
    boolean isAnswered(TunnelNode node) throws IOException {
        DatagramChannel channel = channels.values().iterator().next();
        for (int i = 0; i < ASKS; i++) {
            IntroductionRequest request = new IntroductionRequest(
                    WalkStyle.OLD,
                    new IpAddress(node.address()),
                    IpAddress.UNSPECIFIED,
                    IpAddress.UNSPECIFIED,
                    0,
                    i,
                    ByteString.EMPTY);
            hear();
            channel.send(ByteBuffer.wrap(WalkCodec.encode(community, request, i, asker)), node.address());
            node.status();
            node.status();
            if (hear() > 0) {
                return true;
            }
        }
        return false;
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels.values()) {
            channel.close();
        }
    }

    @Override
    public String toString() {
        return String.format(
                "%,d could not be sent, %,d answers heard, %,d circuits agreed on",
                unsendable, heard, attack.agreedCircuits());
    }
}
