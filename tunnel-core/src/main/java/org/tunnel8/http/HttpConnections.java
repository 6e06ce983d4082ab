package org.tunnel8.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.policy.SourceAddress;
import org.tunnel8.transport.LimitedLog;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * The real TCP connections behind an exit's numbered ones: each writes one request and tells what comes back.
 *
 * <p>How many there are and for how long is the engine's to decide. Loop thread only.
 */
public final class HttpConnections implements AutoCloseable {
    /** As long as an exchange may take in all (PROTOCOL.md §13); the engine gives up at the same time. */
    private static final int CONNECT_LIMIT_MILLIS = 5_000;
    /** Bytes read at once: an answer of the largest size takes sixteen reads. */
    private static final int READ_BYTES = 4_096;

    private static final LimitedLog limited = new LimitedLog(HttpConnections.class, System::nanoTime);

    private final TransportLoop loop;
    private final InetAddress bindAddress;
    private final Events events;
    private final Map<Long, Channel> channels = new HashMap<>();
    private final byte[] scratch = new byte[READ_BYTES];

    /** What is told of connections, on the loop. */
    public interface Events {
        /**
         * A server has answered something.
         *
         * @param number the connection's number
         * @param buffer holds it; valid only during the call
         * @param offset where it starts
         * @param length its bytes
         */
        void received(long number, byte[] buffer, int offset, int length);

        /**
         * A connection was closed by its server, or could not be opened.
         *
         * @param number the connection's number
         */
        void ended(long number);
    }

    /**
     * Makes an edge without connections.
     *
     * @param loop runs them
     * @param bindAddress where they come from, as far as it is of the target's family
     * @param events is told of them
     */
    public HttpConnections(TransportLoop loop, InetAddress bindAddress, Events events) {
        this.loop = loop;
        this.bindAddress = bindAddress;
        this.events = events;
    }

    /**
     * The address that connections come from.
     *
     * @param ipv6 whether they lead to IPv6 targets
     * @return the address to bind to, {@link SourceAddress} says how it is found
     */
    public InetAddress source(boolean ipv6) {
        return SourceAddress.ofFamily(bindAddress, ipv6);
    }

    /**
     * Connects and writes a request. {@link Events#ended} is never told before this returns.
     *
     * @param number the connection's number
     * @param to resolved address
     * @param request what to write
     */
    public void connect(long number, InetSocketAddress to, byte[] request) {
        boolean ipv6 = !(to.getAddress() instanceof Inet4Address);
        ChannelFuture connecting = new Bootstrap()
                .group(loop.eventLoop())
                .channel(loop.streamChannelType())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new Reader(number))
                .connect(to, new InetSocketAddress(source(ipv6), 0));
        channels.put(number, connecting.channel());
        connecting.addListener(connected -> loop.execute(() -> connected(number, request, connected.cause())));
    }

    private void connected(long number, byte[] request, @Nullable Throwable failure) {
        Channel channel = channels.get(number);
        if (channel == null) {
            return;
        }
        if (failure != null) {
            limited.debug("a connection to a server could not be opened", failure);
            ended(number);
            return;
        }
        // A write that fails closes the connection, and that is told.
        ChannelFuture unused = channel.writeAndFlush(Unpooled.wrappedBuffer(request));
    }

    private void ended(long number) {
        if (channels.remove(number) != null) {
            events.ended(number);
        }
    }

    /**
     * Closes a connection, of which nothing is told any more.
     *
     * @param number the connection's number
     */
    public void disconnect(long number) {
        Channel channel = channels.remove(number);
        if (channel != null) {
            ChannelFuture unused = channel.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(channels.keySet()).forEach(this::disconnect);
    }

    private final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        private final long number;

        Reader(long number) {
            this.number = number;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            while (bytes.isReadable() && channels.containsKey(number)) {
                int length = Math.min(scratch.length, bytes.readableBytes());
                bytes.readBytes(scratch, 0, length);
                events.received(number, scratch, 0, length);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended(number);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            limited.debug("a connection to a server broke", cause);
            ChannelFuture unused = context.close();
        }
    }
}
