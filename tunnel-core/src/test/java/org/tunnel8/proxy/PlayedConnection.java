package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/**
 * A TCP connection without a network, in told time, as the proxy has it: a test plays the program at its other end, and the
 * system between them. For one thread.
 */
final class PlayedConnection extends EmbeddedChannel implements DuplexChannel {
    private static final SocketAddress PROXY = new InetSocketAddress("127.0.0.1", 1_080);

    private final SocketAddress other;
    private final Other at;
    private final Deque<byte[]> coming = new ArrayDeque<>();
    private AbstractChannel.AbstractUnsafe ownUnsafe;
    private long roomBytes = Long.MAX_VALUE;
    private long comingBytes;
    private boolean inputEnds;
    private boolean inputEnded;
    private boolean outputEnded;

    /** Who is at the other end. */
    interface Other {
        /** Bytes have come from the proxy, which are not to be kept. */
        void received(ByteBuf bytes);
    }

    /** Makes a connection that is there once it is {@link #register registered}. */
    PlayedConnection(Ticker ticker, ByteBufAllocator allocator, SocketAddress other, Other at, ChannelHandler handler) {
        super(EmbeddedChannel.builder().register(false).ticker(ticker).handlers(handler));
        this.other = other;
        this.at = at;
        config().setAllocator(allocator);
        config().setWriteBufferWaterMark(StreamRelay.UNSENT_BYTES);
    }

    /** Makes it there. */
    void begin() {
        try {
            register();
        } catch (Exception e) {
            throw new AssertionError("a connection could not be registered", e);
        }
        runPendingTasks();
    }

    // What the other end does

    /** Sends bytes, which the proxy reads when it reads. */
    void send(byte[] bytes) {
        if (!inputEnds && isOpen()) {
            coming.add(bytes);
            comingBytes += bytes.length;
            pump();
        }
    }

    /** Bytes that were sent and not read. */
    long comingBytes() {
        return comingBytes;
    }

    /** Ends its half. The system then reads at once what has come, whether that was asked for or not. */
    void endInput() {
        if (!inputEnds && isOpen()) {
            inputEnds = true;
            while (!coming.isEmpty() && isOpen()) {
                deliver();
            }
            inputEnded = true;
            if (isOpen()) {
                pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                pump();
            }
        }
    }

    boolean hasEndedInput() {
        return inputEnds;
    }

    /** Resets the connection. */
    void reset() {
        if (isOpen()) {
            pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
            runPendingTasks();
            ChannelFuture unused = close();
        }
    }

    /** Takes so many bytes more, and then none before this is called again. */
    void take(long bytes) {
        roomBytes = bytes;
        if (isOpen() && isRegistered()) {
            flush();
            pump();
        }
    }

    boolean isTakingAll() {
        return roomBytes == Long.MAX_VALUE;
    }

    /** Bytes that the proxy has written and the other end has not taken. */
    long unsentBytes() {
        ChannelOutboundBuffer waiting = isOpen() ? ownUnsafe.outboundBuffer() : null;
        return waiting == null ? 0 : waiting.totalPendingWriteBytes();
    }

    /** Hands over what is there as long as it is asked for, and runs what is to be done. */
    void pump() {
        runPendingTasks();
        while (!coming.isEmpty() && isOpen() && config().isAutoRead()) {
            deliver();
        }
    }

    /** Runs what is due. */
    void timeHasPassed() {
        runScheduledPendingTasks();
        pump();
    }

    private void deliver() {
        byte[] bytes = coming.remove();
        comingBytes -= bytes.length;
        ByteBuf buffer = alloc().buffer(bytes.length).writeBytes(bytes);
        pipeline().fireChannelRead(buffer);
        pipeline().fireChannelReadComplete();
        runPendingTasks();
    }

    // What Netty asks

    @Override
    protected void doWrite(ChannelOutboundBuffer waiting) {
        while (waiting.current() instanceof ByteBuf bytes) {
            int taken = (int) Math.min(bytes.readableBytes(), roomBytes);
            if (taken < bytes.readableBytes() && taken == 0) {
                return;
            }
            at.received(bytes.slice(bytes.readerIndex(), taken));
            roomBytes -= roomBytes == Long.MAX_VALUE ? 0 : taken;
            if (taken < bytes.readableBytes()) {
                waiting.removeBytes(taken);
                return;
            }
            waiting.remove();
        }
    }

    @Override
    protected void handleInboundMessage(Object message) {
        ReferenceCountUtil.release(message);
        throw new AssertionError("nobody has taken what came");
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        ownUnsafe = super.newUnsafe();
        return ownUnsafe;
    }

    @Override
    protected SocketAddress localAddress0() {
        return PROXY;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return other;
    }

    @Override
    protected void doShutdownOutput() {
        outputEnded = true;
    }

    @Override
    public boolean isInputShutdown() {
        return inputEnded;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputEnded = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputEnded;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        Objects.requireNonNull(ownUnsafe).shutdownOutput(promise);
        return promise;
    }

    @Override
    public boolean isShutdown() {
        return inputEnded && outputEnded;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }
}
