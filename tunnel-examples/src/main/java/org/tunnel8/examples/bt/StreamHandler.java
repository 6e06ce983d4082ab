package org.tunnel8.examples.bt;

import bt.net.buffer.BorrowedBuffer;
import bt.net.pipeline.ChannelHandler;
import bt.net.pipeline.ChannelHandlerContext;
import bt.net.pipeline.ChannelPipeline;
import bt.protocol.Message;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelSocket;

/**
 * Moves bytes between a stream and one of {@code bt}'s message pipelines, in place of a selector and a socket channel.
 *
 * <p>Neither side waits: what the peer does not take gathers in the pipeline's buffer, and when that is full, the connection ends;
 * what {@code bt} has not looked at yet stays in the stream, whose window then closes. Thread-safe.
 */
final class StreamHandler implements ChannelHandler {
    private static final int CHUNK_BYTES = 1 << 14;

    /** While pieces in the pipeline's buffer are being written to disk, there is no room for more. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS);

    private final TunnelSocket socket;
    private final BorrowedBuffer<ByteBuffer> inbound;
    private final BorrowedBuffer<ByteBuffer> outbound;
    private final ChannelHandlerContext context;
    private final Runnable onChange;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ByteBuffer reading = ByteBuffer.allocate(CHUNK_BYTES);
    private final ByteBuffer writing = ByteBuffer.allocate(CHUNK_BYTES);
    private final Object outboundLock = new Object();
    private boolean writeUnderWay;

    /**
     * Binds itself to a pipeline; {@link #register()} begins to read.
     *
     * @param socket the stream
     * @param inbound the pipeline's buffer for what comes; given back at the end
     * @param outbound the pipeline's buffer for what goes; given back at the end
     * @param pipeline turns bytes into messages and back
     * @param onChange told when messages may have come, and of the end; must not wait
     */
    StreamHandler(
            TunnelSocket socket,
            BorrowedBuffer<ByteBuffer> inbound,
            BorrowedBuffer<ByteBuffer> outbound,
            ChannelPipeline pipeline,
            Runnable onChange) {
        this.socket = socket;
        this.inbound = inbound;
        this.outbound = outbound;
        this.onChange = onChange;
        this.context = pipeline.bindHandler(this);
    }

    @Override
    public void register() {
        context.fireChannelRegistered();
        read();
    }

    @Override
    public boolean read() {
        reading.clear();
        var unused = socket.read(reading).whenComplete((count, failure) -> {
            if (failure != null || count < 0) {
                close();
            } else {
                reading.flip();
                deliver();
            }
        });
        return true;
    }

    private void deliver() {
        int before;
        do {
            before = reading.remaining();
            if (!deliverSome()) {
                close();
                return;
            }
            onChange.run();
        } while (reading.hasRemaining() && reading.remaining() < before);
        if (reading.hasRemaining()) {
            LATER.execute(this::deliver);
        } else {
            read();
        }
    }

    /** Gives the pipeline as much as it has room for; false if the peer does not speak the protocol, or all is over. */
    private boolean deliverSome() {
        ByteBuffer buffer = inbound.lockAndGet();
        try {
            if (buffer == null) {
                return false;
            }
            int count = Math.min(buffer.remaining(), reading.remaining());
            buffer.put(reading.array(), reading.position(), count);
            reading.position(reading.position() + count);
            context.fireDataReceived();
            return true;
        } catch (RuntimeException e) {
            // What bt throws when it cannot decode what came.
            return false;
        } finally {
            inbound.unlock();
        }
    }

    @Override
    public @Nullable Message receive() {
        return context.pipeline().decode();
    }

    @Override
    public void send(Message message) {
        boolean taken;
        synchronized (outboundLock) {
            taken = context.pipeline().encode(message);
            flush();
        }
        if (!taken) {
            close();
        }
    }

    @Override
    public void flush() {
        synchronized (outboundLock) {
            if (writeUnderWay || !takeFromPipeline()) {
                return;
            }
            writeUnderWay = true;
            var unused = socket.write(writing).whenComplete((done, failure) -> {
                synchronized (outboundLock) {
                    writeUnderWay = false;
                }
                if (failure == null) {
                    flush();
                } else {
                    close();
                }
            });
        }
    }

    private boolean takeFromPipeline() {
        ByteBuffer buffer = outbound.lockAndGet();
        try {
            if (buffer == null || buffer.position() == 0) {
                return false;
            }
            buffer.flip();
            writing.clear();
            int count = Math.min(buffer.remaining(), writing.remaining());
            buffer.get(writing.array(), 0, count);
            writing.limit(count);
            buffer.compact();
            return true;
        } finally {
            outbound.unlock();
        }
    }

    @Override
    public void unregister() {
        context.fireChannelUnregistered();
    }

    /** Reading has begun already. */
    @Override
    public void activate() {
        context.fireChannelActive();
    }

    @Override
    public void deactivate() {
        context.fireChannelInactive();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            unregister();
            socket.close();
            inbound.release();
            outbound.release();
            onChange.run();
        }
    }

    @Override
    public boolean isClosed() {
        return closed.get();
    }
}
