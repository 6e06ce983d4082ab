package org.tunnel8.direct;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.policy.AddressClass;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * A TCP connection by which one stream goes directly. It ends with its permit, by a reset.
 *
 * <p>Loop thread only. The listener is told nothing before {@link #open} returns, unless the target is refused.
 */
public final class DirectConnection implements Stream, Permit.Holder {
    /** As long as a peer may take to answer through a circuit. */
    private static final int CONNECT_LIMIT_MILLIS = 20_000;
    /** Bytes that wait in each direction. */
    private static final int BUFFER_BYTES = 1 << 16;
    /** Asked of the system, which holds up to twice as much: Netty reads all of it when the other side ends, wanted or not. */
    private static final int SYSTEM_BUFFER_BYTES = 1 << 17;

    private static final Logger log = LoggerFactory.getLogger(DirectConnection.class);

    private final Permit permit;
    private final DirectOutside outside;
    private final StreamListener listener;
    private final Runnable onOver;
    private final boolean isExchange;
    private final Deque<ByteBuf> unread = new ArrayDeque<>();
    private int unreadBytes;
    private @Nullable Channel channel;
    private boolean opened;
    private boolean wantsToWrite;
    private boolean finishes;
    private boolean outputEnded;
    private boolean inputEnded;
    /** It tells its end, and can still be read meanwhile. */
    private boolean ending;

    private boolean over;

    private DirectConnection(
            Permit permit, DirectOutside outside, boolean isExchange, StreamListener listener, Runnable onOver) {
        this.permit = permit;
        this.outside = outside;
        this.isExchange = isExchange;
        this.listener = listener;
        this.onOver = onOver;
        permit.hold(this);
        outside.began(isExchange);
    }

    /**
     * Begins a stream.
     *
     * @param permit what allows it
     * @param outside what it shares with others
     * @param target an address, or a name for the system's resolver
     * @param listener hears what happens to it
     * @param onOver called once when it is over in whatever way, before the listener
     * @return the stream
     * @throws IllegalStateException if the permit is over
     */
    public static DirectConnection open(
            Permit permit, DirectOutside outside, Address target, StreamListener listener, Runnable onOver) {
        return open(permit, outside, target, false, listener, onOver);
    }

    static DirectConnection open(
            Permit permit,
            DirectOutside outside,
            Address target,
            boolean isExchange,
            StreamListener listener,
            Runnable onOver) {
        DirectConnection connection = new DirectConnection(permit, outside, isExchange, listener, onOver);
        if (target instanceof IpAddress ip) {
            connection.connect(ip.endpoint());
        } else {
            outside.resolve(permit, ((HostAddress) target).host(), address -> {
                if (!connection.ending) {
                    connection.resolved(address, target.port());
                }
            });
        }
        return connection;
    }

    private void resolved(@Nullable InetAddress address, int port) {
        if (address == null) {
            finish(StreamEnd.UNANSWERED);
        } else {
            connect(new InetSocketAddress(address, port));
        }
    }

    private void connect(InetSocketAddress to) {
        if (!permit.isInForce()) {
            finish(StreamEnd.NO_CIRCUIT);
            return;
        }
        if (!DirectOutside.isAllowed(new IpAddress(to))) {
            finish(StreamEnd.UNANSWERED);
            return;
        }
        InetAddress source = outside.source(AddressClass.isIpv6Proper(to.getAddress()));
        ChannelFuture connecting = new Bootstrap()
                .group(outside.loop().eventLoop())
                .channel(outside.loop().streamChannelType())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_LIMIT_MILLIS)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.SO_RCVBUF, SYSTEM_BUFFER_BYTES)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(BUFFER_BYTES / 2, BUFFER_BYTES))
                .handler(new Handler())
                .connect(to, new InetSocketAddress(source, 0));
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (done.cause() != null) {
                later(() -> finish(whyNot(done.cause())));
            }
        });
    }

    private static StreamEnd whyNot(Throwable failure) {
        // What it says of addresses stays out of the log (D12).
        log.debug("a direct connection was not opened", LogDetail.of(failure));
        boolean refused = failure instanceof ConnectException
                && !(failure instanceof ConnectTimeoutException)
                && String.valueOf(failure.getMessage()).contains("refused");
        return refused ? StreamEnd.RESET : StreamEnd.UNANSWERED;
    }

    /** Runs something on the loop, not within what calls this. */
    private void later(Runnable task) {
        try {
            outside.loop().execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("a direct connection ends with its loop");
        }
    }

    private void opened() {
        if (ending || !permit.isInForce()) {
            return;
        }
        opened = true;
        listener.onOpened();
        tellWritable();
        if (finishes) {
            endOutput();
        }
    }

    private void tellWritable() {
        Channel to = channel;
        if (wantsToWrite && !ending && opened && to != null && to.isWritable()) {
            wantsToWrite = false;
            listener.onWritable();
        }
    }

    @Override
    public int write(byte[] buffer, int offset, int length) {
        if (over || ending || finishes) {
            return -1;
        }
        Channel to = channel;
        if (!opened || to == null || !permit.isInForce()) {
            wantsToWrite = true;
            return 0;
        }
        int taken = (int) Math.min(length, to.bytesBeforeUnwritable());
        if (taken > 0) {
            outside.counters().sentBytes(taken);
            // A write that fails closes the connection, and that is told.
            ChannelFuture unused = to.writeAndFlush(to.alloc().buffer(taken).writeBytes(buffer, offset, taken));
        }
        if (taken < length) {
            wantsToWrite = true;
            // It may have become writable in between, while nobody wanted to know.
            later(this::tellWritable);
        }
        return taken;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (over) {
            return -1;
        }
        int read = 0;
        while (read < length && !unread.isEmpty()) {
            ByteBuf first = unread.getFirst();
            int piece = Math.min(length - read, first.readableBytes());
            first.readBytes(buffer, offset + read, piece);
            read += piece;
            if (!first.isReadable()) {
                unread.removeFirst().release();
            }
        }
        unreadBytes -= read;
        if (unreadBytes <= BUFFER_BYTES / 2 && channel != null && !ending) {
            channel.config().setAutoRead(true);
        }
        if (unread.isEmpty() && inputEnded && outputEnded) {
            later(this::finishIfDone);
        }
        return read == 0 && length > 0 && (inputEnded || ending) ? -1 : read;
    }

    @Override
    public void shutdownOutput() {
        if (!over && !finishes) {
            finishes = true;
            if (opened) {
                endOutput();
            }
        }
    }

    private void endOutput() {
        // An empty write is done when all before it are.
        Objects.requireNonNull(channel).writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener)
                written -> {
                    if (written.isSuccess() && written.channel() instanceof DuplexChannel duplex && !ending) {
                        duplex.shutdownOutput().addListener(done -> {
                            outputEnded = true;
                            later(this::finishIfDone);
                        });
                    }
                });
    }

    private void finishIfDone() {
        if (inputEnded && outputEnded && unread.isEmpty()) {
            finish(StreamEnd.CLOSED);
        }
    }

    /** Ends it and tells so. */
    private void finish(StreamEnd why) {
        if (!ending) {
            leave();
            listener.onEnded(why);
            close(why != StreamEnd.CLOSED);
        }
    }

    @Override
    public void reset() {
        if (!ending) {
            leave();
            close(true);
        }
    }

    @Override
    public void permitEnded(boolean clientCloses) {
        finish(clientCloses ? StreamEnd.TUNNEL_CLOSED : opened ? StreamEnd.MOVED : StreamEnd.NO_CIRCUIT);
    }

    private void leave() {
        ending = true;
        permit.release(this);
        outside.ended(isExchange);
        onOver.run();
    }

    private void close(boolean breaksOff) {
        over = true;
        unread.forEach(ByteBuf::release);
        unread.clear();
        Channel closing = channel;
        if (closing != null) {
            if (breaksOff && opened) {
                closing.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            ChannelFuture unused = closing.close();
        }
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            opened();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (ending || !permit.isInForce()) {
                bytes.release();
                return;
            }
            outside.counters().receivedBytes(bytes.readableBytes());
            unread.add(bytes);
            unreadBytes += bytes.readableBytes();
            if (unreadBytes >= BUFFER_BYTES) {
                context.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (!ending) {
                listener.onReadable();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            // Not within a write of the one who is told.
            later(DirectConnection.this::tellWritable);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !ending) {
                inputEnded = true;
                listener.onReadable();
                later(DirectConnection.this::finishIfDone);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (opened && inputEnded && outputEnded) {
                // What has come is read first.
                later(DirectConnection.this::finishIfDone);
            } else if (opened) {
                finish(StreamEnd.RESET);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            log.debug("a direct connection broke", LogDetail.of(cause));
            ChannelFuture unused = context.close();
        }
    }
}
