package org.tunnel8.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;

/** What the proxy asks of the system, besides the connections that clients begin. Loop thread only. */
interface Sockets {
    /**
     * Binds a UDP socket for an association.
     *
     * @param local an address of this machine
     * @param listener takes what comes
     * @return completes on the loop's thread, perhaps before this returns: with the socket, which sends up to {@link
     *     UdpAssociation#MAX_TO_CLIENT_BYTES}, or exceptionally
     */
    CompletableFuture<? extends DatagramPort> bind(InetAddress local, DatagramListener listener);

    /**
     * Connects to the application, within some seconds. The connection may be closed half, and is not read before it is told
     * to be.
     *
     * @param application where it listens
     * @param handler takes what comes
     * @return completes on the loop's thread, perhaps before this returns
     */
    ChannelFuture connect(InetSocketAddress application, ChannelHandler handler);
}
