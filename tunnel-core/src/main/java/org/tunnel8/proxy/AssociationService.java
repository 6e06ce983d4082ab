package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Function;

/** UDP ASSOCIATE: bytes on the TCP connection mean nothing, its end ends the association. Loop thread only. */
final class AssociationService implements Service, UdpAssociation.Owner {
    private final Requester requester;
    private final UdpAssociation association;

    AssociationService(Requester requester, Function<UdpAssociation.Owner, UdpAssociation> associations) {
        this.requester = requester;
        this.association = associations.apply(this);
    }

    /** Opens the association, on an address of this machine. */
    void open(InetAddress local) {
        association.open(local);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onInputEnded() {
        requester.close();
    }

    @Override
    public void onWritabilityChanged() {}

    @Override
    public void close() {
        association.close();
    }

    @Override
    public void opened(InetSocketAddress bound) {
        requester.grant(bound);
    }

    @Override
    public void failed() {
        requester.refuse(Socks5Refusal.ASSOCIATION_FAILED, Socks5CommandStatus.FAILURE);
    }

    @Override
    public void ended() {
        requester.close();
    }
}
