package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.List;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkPacket;

/** A bootstrap server that answers everybody, rightly signed, and introduces only nonsense, and tells each an address that is not his. */
final class LyingServer implements Participant {
    private final IdentityKey identity;
    private final HostileMail mail;
    private final SimulatedPort port;

    LyingServer(SimulatedHost host, int port, IdentityKey identity) {
        this.identity = identity;
        this.mail = new HostileMail(host.network().signatures(), host.network().random());
        this.port = host.open(port, this);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        WalkPacket packet;
        try {
            packet = WalkCodec.decode(buffer, offset, length);
        } catch (MalformedMessageException e) {
            return;
        }
        if (packet.message() instanceof IntroductionRequest request) {
            byte[] lie = mail.lie(request.identifier(), mail.nonsense(List.of(from)), ByteString.EMPTY, identity);
            port.send(from, lie, 0, lie.length);
        }
    }
}
