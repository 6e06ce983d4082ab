package org.tunnel8.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;

/** Sockets of the system, served by the loop. Loop thread only. */
final class LoopSockets implements Sockets {
    /** The application is on this machine or near it. */
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private final TransportLoop loop;

    LoopSockets(TransportLoop loop) {
        this.loop = loop;
    }

    @Override
    public CompletableFuture<? extends DatagramPort> bind(InetAddress local, DatagramListener listener) {
        // What comes back may be as large as what is received from the network; D4 bounds only what is sent to it.
        UdpSettings settings = UdpSettings.of(local, PortRange.any()).withMaxSent(UdpAssociation.MAX_TO_CLIENT_BYTES);
        return UdpTransport.bind(loop, settings, listener);
    }

    @Override
    public ChannelFuture connect(InetSocketAddress application, ChannelHandler handler) {
        return new Bootstrap()
                .group(loop.eventLoop())
                .channel(loop.streamChannelType())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, StreamRelay.UNSENT_BYTES)
                .option(ChannelOption.SO_RCVBUF, Socks5Server.SYSTEM_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, Socks5Server.SYSTEM_BUFFER_BYTES)
                // Nothing is read before there is a relay to take it.
                .option(ChannelOption.AUTO_READ, false)
                .handler(handler)
                .connect(application);
    }
}
