package org.tunnel8.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5ServerEncoder;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * Takes the proxy's TCP connections and knows those that are open.
 *
 * <p>Loop thread only.
 */
@Sharable
final class Socks5Acceptor extends ChannelInitializer<Channel> implements Services {
    private final Sockets sockets;
    private final Socks5Settings settings;
    private final Tunnels tunnels;
    private final @Nullable InboundStreams inbound;
    private final byte[] piece = new byte[StreamRelay.PIECE_BYTES];
    private final Socks5Counters counters;
    private final Map<Channel, Socks5Connection> connections = new HashMap<>();
    private @Nullable Runnable whenEmpty;

    Socks5Acceptor(Sockets sockets, Socks5Settings settings, Tunnels tunnels, Socks5Counters counters) {
        this.sockets = sockets;
        this.settings = settings;
        this.tunnels = tunnels;
        this.counters = counters;
        InetSocketAddress application = settings.inbound();
        this.inbound = application == null
                ? null
                : new InboundStreams(sockets, application, settings.idleLimit(), counters, piece);
    }

    /** The proxy listens: peers' streams are taken from now on. */
    void listening() {
        if (inbound != null) {
            tunnels.streams().accept(inbound);
        }
    }

    @Override
    protected void initChannel(Channel channel) {
        boolean full = connections.size() >= settings.maxConnections();
        if (full) {
            counters.refused(Socks5Refusal.CONNECTION_LIMIT);
        }
        if (full || whenEmpty != null) {
            close(channel);
            return;
        }
        Socks5Connection connection = new Socks5Connection(settings, counters, this);
        connections.put(channel, connection);
        counters.connectionOpened();
        channel.closeFuture().addListener(closed -> forget(channel));
        channel.pipeline().addLast(Socks5ServerEncoder.DEFAULT, new Socks5InitialRequestDecoder(), connection);
    }

    /** Takes no more connections, ends those that are open, and tells when all are gone. */
    void close(Runnable whenClosed) {
        whenEmpty = whenClosed;
        if (inbound != null) {
            tunnels.streams().accept(null);
            inbound.close();
        }
        List.copyOf(connections.entrySet()).forEach(open -> {
            open.getValue().close();
            close(open.getKey());
        });
        if (connections.isEmpty()) {
            whenClosed.run();
        }
    }

    private void forget(Channel channel) {
        Socks5Connection connection = connections.remove(channel);
        if (connection == null) {
            return;
        }
        // The association's end must not wait for the pipeline's turn, so that nothing is left once all are gone.
        connection.close();
        counters.connectionClosed();
        if (whenEmpty != null && connections.isEmpty()) {
            whenEmpty.run();
        }
    }

    private static void close(Channel channel) {
        // Nothing is to be done about a close that fails: the system has forgotten the socket then.
        ChannelFuture unused = channel.close();
    }

    @Override
    public UdpAssociation association(
            InetSocketAddress client, @Nullable String isolationKey, UdpAssociation.Owner owner) {
        return new UdpAssociation(sockets, tunnels.datagrams(), counters, client, isolationKey, owner);
    }

    @Override
    public StreamRelay relay(Channel channel, Requester requester) {
        return new StreamRelay(channel, counters, piece, new StreamRequest(counters, requester));
    }

    @Override
    public StreamTunnel.Stream stream(IpAddress target, @Nullable String isolationKey, StreamRelay relay) {
        return tunnels.streams().connect(target, isolationKey, relay);
    }

    @Override
    public HttpRelay exchange(Channel channel, HostAddress target, @Nullable String isolationKey, Requester requester) {
        return new HttpRelay(channel, tunnels.exchanges(), counters, target, isolationKey, requester);
    }
}
