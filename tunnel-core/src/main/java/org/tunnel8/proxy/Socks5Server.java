package org.tunnel8.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * A SOCKS5 proxy (RFC 1928) in front of {@link Tunnels}, with user name and password (RFC 1929) where asked for.
 *
 * <p>UDP ASSOCIATE carries datagrams. Several associations can be open at once, each with a UDP socket and a flow of its own;
 * each ends with its TCP connection. CONNECT to an address is carried as a stream to the same address and port, and answered
 * when the other side has: with 0x00, or with 0x05 if it refuses, 0x04 if it is silent, 0x01 if there is no way to it. CONNECT
 * to a name is answered at once, since an exit can only carry one plain HTTP exchange there (D9): when the request is
 * whole, it is passed on, and its answer ends the connection; anything else is closed. Host names are passed on
 * unresolved, fragments are dropped, BIND is answered with 0x07. The limits stand in {@link Socks5Settings}; what was
 * dropped or refused is counted in {@link #statistics()}.
 *
 * <p>Thread-safe. The protocol runs on the loop's thread, and so do all calls to and from the tunnel.
 */
public final class Socks5Server implements AutoCloseable {
    /** Connections that the system holds for this proxy until it takes them. */
    private static final int BACKLOG = 128;

    /** Bytes read at once from a client at first: the longest message of the negotiation has 513. */
    private static final int READ_BYTES = 1_024;

    private static final int LEAST_READ_BYTES = 512;

    /**
     * What the system keeps of a connection in each direction, which it doubles. What a client has sent when it ends its
     * half is read at once on Linux, whether its stream has room or not.
     */
    static final int SYSTEM_BUFFER_BYTES = 1 << 17;

    private final TransportLoop loop;
    private final Socks5Counters counters;
    private final Channel listener;
    private final InetSocketAddress address;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private Socks5Server(TransportLoop loop, Socks5Acceptor acceptor, Socks5Counters counters, Channel listener) {
        this.loop = loop;
        this.counters = counters;
        this.listener = listener;
        this.address = (InetSocketAddress) listener.localAddress();
        // Whatever closes the listener ends the proxy.
        listener.closeFuture().addListener(ended -> {
            closing.set(true);
            acceptor.close(() -> closed.complete(null));
        });
    }

    /**
     * Starts a proxy.
     *
     * @param loop runs it; is to be closed after the proxy, which it would cut off rather than close
     * @param settings where it listens, and its limits
     * @param tunnels carry what clients send
     * @return completes on the loop's thread with the listening proxy; fails with an {@link IOException} if the address
     *     cannot be bound, or a {@link RejectedExecutionException} if the loop is closed. Cancelling it before that
     *     closes the proxy as soon as it listens
     */
    public static CompletableFuture<Socks5Server> start(TransportLoop loop, Socks5Settings settings, Tunnels tunnels) {
        CompletableFuture<Socks5Server> started = new CompletableFuture<>();
        try {
            loop.execute(() -> listen(loop, settings, tunnels, started));
        } catch (RejectedExecutionException e) {
            started.completeExceptionally(e);
        }
        return started;
    }

    private static void listen(
            TransportLoop loop, Socks5Settings settings, Tunnels tunnels, CompletableFuture<Socks5Server> started) {
        Socks5Counters counters = new Socks5Counters();
        Socks5Acceptor acceptor = new Socks5Acceptor(new LoopSockets(loop), settings, tunnels, counters);
        ChannelFuture binding = new ServerBootstrap()
                .group(loop.eventLoop())
                .channel(loop.serverChannelType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                // Connections inherit it, with the window that goes with it.
                .option(ChannelOption.SO_RCVBUF, SYSTEM_BUFFER_BYTES)
                .childOption(ChannelOption.SO_SNDBUF, SYSTEM_BUFFER_BYTES)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // Ends the association of a client whose machine has vanished.
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, StreamRelay.UNSENT_BYTES)
                // Streams end each direction by itself.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, READ_BYTES, StreamRelay.PIECE_BYTES))
                .childHandler(acceptor)
                .bind(settings.listen());
        binding.addListener(bound -> {
            if (!bound.isSuccess()) {
                started.completeExceptionally(failure(settings, bound.cause()));
                return;
            }
            acceptor.listening();
            Socks5Server server = new Socks5Server(loop, acceptor, counters, binding.channel());
            if (!started.complete(server)) {
                server.close();
            }
        });
    }

    private static Throwable failure(Socks5Settings settings, Throwable cause) {
        return cause instanceof IOException
                ? new IOException(
                        "the SOCKS5 proxy cannot listen on TCP port "
                                + settings.listen().getPort() + " of its address: choose another port or address",
                        cause)
                : cause;
    }

    /**
     * Where clients connect to.
     *
     * @return the address of the TCP listener, with the port in use
     */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * How many associations are open.
     *
     * @return zero or more
     */
    public int associations() {
        return counters.associations();
    }

    /**
     * What the proxy has done so far.
     *
     * @return a snapshot, each count of which is a moment old at most
     */
    public Socks5Statistics statistics() {
        return counters.snapshot();
    }

    /**
     * Stops listening, ends all associations with their flows, and closes all connections. On the loop's thread that is
     * done when this returns, else soon after. Does nothing if it was asked for before.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        if (loop.inLoop()) {
            closeListener();
            return;
        }
        try {
            loop.execute(this::closeListener);
        } catch (RejectedExecutionException e) {
            // Nothing runs on a closed loop any more.
            closed.complete(null);
        }
    }

    private void closeListener() {
        ChannelFuture unused = listener.close();
    }

    /**
     * Tells when the proxy is gone.
     *
     * @return completes, never exceptionally, once listener, connections and associations are closed
     */
    public CompletableFuture<Void> whenClosed() {
        return closed.copy();
    }
}
