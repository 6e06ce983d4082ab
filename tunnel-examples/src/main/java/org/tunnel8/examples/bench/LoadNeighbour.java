package org.tunnel8.examples.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CellSender;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;

/**
 * A neighbour of the relay under test, with a key and a port: the owner of many circuits, or the next hop of many.
 *
 * <p>Loop thread only, once it is open.
 */
final class LoadNeighbour implements DatagramListener {
    static final CommunityId COMMUNITY = CommunityId.TRIBLER;

    private final IdentityKey identity;
    private final CellRouter router;
    private final CellSender cells = new CellSender(COMMUNITY, this::send);
    private @Nullable UdpTransport port;

    private LoadNeighbour(IdentityKey identity, CellRouter router) {
        this.identity = identity;
        this.router = router;
    }

    static LoadNeighbour open(TransportLoop loop, InetAddress address, RandomGenerator random, CellRouter router) {
        LoadNeighbour neighbour = new LoadNeighbour(IdentityKey.generate(random), router);
        neighbour.port = UdpTransport.bind(loop, UdpSettings.of(address, PortRange.any()), neighbour)
                .join();
        return neighbour;
    }

    private UdpTransport port() {
        if (port == null) {
            throw new IllegalStateException("the port is not open yet");
        }
        return port;
    }

    private void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        port().send(to, buffer, offset, length);
    }

    ByteString key() {
        return ByteString.of(identity.publicKey().toBytes());
    }

    /** Tells the relay that a circuit is not wanted any more. */
    void destroy(InetSocketAddress relay, int circuitId) {
        byte[] packet = DestroyCodec.encode(COMMUNITY, circuitId, Destroy.REASON_UNNEEDED, identity);
        send(relay, packet, 0, packet.length);
    }

    InetSocketAddress address() {
        return port().localAddress();
    }

    CellSender cells() {
        return cells;
    }

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (length <= CommunityId.PREFIX_BYTES || !COMMUNITY.matchesPrefix(buffer, offset, length)) {
            return;
        }
        byte messageId = buffer[offset + CommunityId.PREFIX_BYTES];
        if (messageId == CellMessageId.CELL) {
            router.onCell(from, buffer, offset, length);
        } else if (messageId == CellMessageId.DESTROY) {
            onDestroy(buffer, offset, length);
        }
    }

    private void onDestroy(byte[] buffer, int offset, int length) {
        try {
            Destroy destroy = DestroyCodec.decode(buffer, offset, length);
            router.onDestroy(
                    destroy.circuitId(),
                    destroy.sender(),
                    destroy.reason(),
                    () -> DestroyCodec.verify(destroy, buffer, offset));
        } catch (MalformedMessageException e) {
            throw new IllegalStateException("the relay sends a destroy that is none", e);
        }
    }
}
