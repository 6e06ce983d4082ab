package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;

/**
 * Hands streams that peers begin at an exit's address to a TCP port of the application: whoever listens there sees a
 * connection from this machine.
 *
 * <p>Loop thread only.
 */
final class InboundStreams implements StreamTunnel.Acceptor {
    /** Streams of others at a time; uTP itself lets no more in either. */
    static final int MAX_STREAMS = 512;

    private final Sockets sockets;
    private final InetSocketAddress application;
    private final Duration idleLimit;
    private final Socks5Counters counters;
    private final byte[] piece;
    /** Each until its connection is closed, which may be long after its stream: the application takes what is left. */
    private final Set<Handover> open = new LinkedHashSet<>();

    InboundStreams(
            Sockets sockets, InetSocketAddress application, Duration idleLimit, Socks5Counters counters, byte[] piece) {
        this.sockets = sockets;
        this.application = application;
        this.idleLimit = idleLimit;
        this.counters = counters;
        this.piece = piece;
    }

    @Override
    public @Nullable StreamListener onIncoming(Stream stream) {
        if (open.size() >= MAX_STREAMS) {
            counters.refused(Socks5Refusal.INBOUND_LIMIT);
            return null;
        }
        Handover handover = new Handover(stream);
        open.add(handover);
        handover.connect();
        return handover.isOver ? null : handover;
    }

    /** Breaks off all that is open. */
    void close() {
        List.copyOf(open).forEach(Handover::close);
    }

    /** One stream, and the connection to the application once there is one. */
    private final class Handover extends ChannelInboundHandlerAdapter implements StreamListener, StreamRelay.Owner {
        private final Stream stream;
        private @Nullable Channel channel;
        private @Nullable StreamRelay relay;
        private boolean isOpened;
        private boolean isOver;

        Handover(Stream stream) {
            this.stream = stream;
        }

        void connect() {
            ChannelFuture connecting = sockets.connect(application, this);
            connecting.addListener(done -> connected(connecting));
        }

        private void connected(ChannelFuture connecting) {
            if (isOver || !connecting.isSuccess()) {
                if (!isOver) {
                    counters.refused(Socks5Refusal.INBOUND_UNREACHABLE);
                }
                ChannelFuture unused = connecting.channel().close();
                close();
                return;
            }
            Channel connected = connecting.channel();
            channel = connected;
            connected.pipeline().addFirst(new IdleStateHandler(0, 0, idleLimit.toNanos(), TimeUnit.NANOSECONDS));
            StreamRelay begun = new StreamRelay(connected, counters, piece, this);
            relay = begun;
            begun.over(stream);
            if (isOpened) {
                begun.onOpened();
                begun.onReadable();
            }
        }

        @Override
        public void close() {
            boolean isFirst = !isOver;
            isOver = true;
            open.remove(this);
            if (relay != null) {
                relay.close();
            } else if (isFirst) {
                stream.reset();
            }
            if (channel != null) {
                ChannelFuture unused = channel.close();
            }
        }

        // What the stream tells

        @Override
        public void onOpened() {
            isOpened = true;
            if (relay != null) {
                relay.onOpened();
            }
        }

        @Override
        public void onReadable() {
            if (relay != null) {
                relay.onReadable();
            }
        }

        @Override
        public void onWritable() {
            if (relay != null) {
                relay.onWritable();
            }
        }

        @Override
        public void onEnded(StreamEnd end) {
            isOver = true;
            if (relay != null) {
                relay.onEnded(end);
            }
        }

        // What the relay tells

        @Override
        public void opened() {}

        @Override
        public void refused(StreamEnd why) {
            if (channel != null) {
                ChannelFuture unused = channel.close();
            }
        }

        @Override
        public void finished() {
            if (channel != null) {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> close());
            }
        }

        // What the connection tells

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            StreamRelay taking = relay;
            if (message instanceof ByteBuf bytes && taking != null) {
                taking.onBytes(bytes);
            } else {
                context.fireChannelRead(message);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (relay != null) {
                relay.onWritabilityChanged();
            }
            context.fireChannelWritabilityChanged();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent && relay != null) {
                relay.onInputEnded();
            } else if (event instanceof IdleStateEvent && context.channel().isOpen()) {
                counters.refused(Socks5Refusal.IDLE);
                close();
            }
            context.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            close();
            context.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            close();
        }
    }
}
