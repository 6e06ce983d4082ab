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
import org.tunnel8.transport.udp.TransportLoop;

/**
 * Takes the proxy's TCP connections and knows those that are open.
 *
 * <p>Loop thread only.
 */
@Sharable
final class Socks5Acceptor extends ChannelInitializer<Channel> {
    private final TransportLoop loop;
    private final Socks5Settings settings;
    private final DatagramTunnel tunnel;
    private final Socks5Counters counters;
    private final Map<Channel, Socks5Connection> connections = new HashMap<>();
    private @Nullable Runnable whenEmpty;

    Socks5Acceptor(TransportLoop loop, Socks5Settings settings, DatagramTunnel tunnel, Socks5Counters counters) {
        this.loop = loop;
        this.settings = settings;
        this.tunnel = tunnel;
        this.counters = counters;
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
        Socks5Connection connection = new Socks5Connection(settings, counters, this::associate);
        connections.put(channel, connection);
        counters.connectionOpened();
        channel.closeFuture().addListener(closed -> forget(channel));
        channel.pipeline().addLast(Socks5ServerEncoder.DEFAULT, new Socks5InitialRequestDecoder(), connection);
    }

    /** Takes no more connections, ends those that are open, and tells when all are gone. */
    void close(Runnable whenClosed) {
        whenEmpty = whenClosed;
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

    private UdpAssociation associate(
            InetSocketAddress client, @Nullable String isolationKey, UdpAssociation.Owner owner) {
        return new UdpAssociation(loop, tunnel, counters, client, isolationKey, owner);
    }
}
