package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.proxy.StreamTunnel.Stream;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;

/**
 * Carries bytes between a TCP connection on this machine and a stream through the tunnels.
 *
 * <p>Neither side is read faster than the other takes: the connection is not read while the stream has no room, the stream
 * is not while the connection has none. Each direction ends by itself (half-close); a stream that breaks off, breaks the
 * connection off. Loop thread only.
 */
final class StreamRelay implements Service, StreamTunnel.StreamListener {
    /** Copied, or read from a client, at once. */
    static final int PIECE_BYTES = 1 << 14;

    /** What waits for a client that does not read, a piece more at most. */
    static final WriteBufferWaterMark UNSENT_BYTES = new WriteBufferWaterMark(PIECE_BYTES, 2 * PIECE_BYTES);

    /** So long a client may take to read what came before a stream broke off: the reset throws away what it has not. */
    private static final long RESET_DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Channel channel;
    private final Socks5Counters counters;
    private final Owner owner;
    private final byte[] piece;
    private final Deque<ByteBuf> untaken = new ArrayDeque<>();
    private @Nullable Stream stream;
    private boolean opened;
    private boolean writing;
    private boolean writeAgain;
    private boolean copying;
    private boolean hasCopied;
    private boolean inputEnded;
    private boolean inputEndTold;
    private boolean outputEnded;
    private boolean ended;

    /** Whose connection it is. */
    interface Owner {
        /** The other side has answered; bytes are passed on from now on. */
        void opened();

        /** There will be no stream. */
        void refused(StreamEnd why);

        /** The stream has ended properly; the connection is to be closed behind what was written. */
        void finished();

        /** The connection is to be closed. */
        void close();
    }

    /**
     * Prepares a relay; its stream counts as begun.
     *
     * @param channel the connection, which may be closed while the stream is not, and half
     * @param piece of {@link #PIECE_BYTES}; shared by all relays of the thread
     */
    StreamRelay(Channel channel, Socks5Counters counters, byte[] piece, Owner owner) {
        this.channel = channel;
        this.counters = counters;
        this.piece = piece;
        this.owner = owner;
        counters.streamBegun();
    }

    /** Gives the relay its stream, which may have opened, or ended, meanwhile. */
    void over(Stream begun) {
        stream = begun;
        if (ended) {
            // Whoever ended it could not reach the stream.
            begun.reset();
        } else {
            toStream();
            toClient();
        }
    }

    // From the client to the stream

    @Override
    public void onBytes(ByteBuf bytes) {
        if (ended) {
            bytes.release();
            return;
        }
        untaken.add(bytes);
        toStream();
    }

    @Override
    public void onInputEnded() {
        inputEnded = true;
        toStream();
    }

    @Override
    public void onWritable() {
        toStream();
    }

    /** Writes what the client has sent as far as the stream takes it. A stream may call {@link #onWritable} meanwhile. */
    private void toStream() {
        writeAgain = true;
        if (writing) {
            return;
        }
        writing = true;
        while (writeAgain && stream != null && !ended) {
            writeAgain = false;
            writeUntaken(stream);
        }
        writing = false;
    }

    private void writeUntaken(Stream to) {
        ByteBuf bytes = untaken.pollFirst();
        while (bytes != null) {
            boolean isTaken = isTaken(to, bytes);
            if (!isTaken && !ended) {
                untaken.addFirst(bytes);
                channel.config().setAutoRead(false);
                return;
            }
            bytes.release();
            bytes = untaken.pollFirst();
        }
        if (ended) {
            return;
        }
        channel.config().setAutoRead(true);
        if (inputEnded && !inputEndTold) {
            inputEndTold = true;
            to.shutdownOutput();
        }
    }

    private boolean isTaken(Stream to, ByteBuf bytes) {
        while (bytes.isReadable() && !ended) {
            int length = Math.min(bytes.readableBytes(), piece.length);
            bytes.getBytes(bytes.readerIndex(), piece, 0, length);
            int taken = to.write(piece, 0, length);
            if (taken < 0) {
                // The other side takes nothing any more, and says so by the stream's end.
                return true;
            }
            counters.streamBytesFromClient(taken);
            bytes.skipBytes(taken);
            if (taken < length) {
                return false;
            }
        }
        return !bytes.isReadable();
    }

    // From the stream to the client

    @Override
    public void onOpened() {
        if (ended || opened) {
            return;
        }
        opened = true;
        counters.streamOpened();
        owner.opened();
    }

    @Override
    public void onReadable() {
        toClient();
    }

    @Override
    public void onWritabilityChanged() {
        toClient();
    }

    /** Reads the stream as far as the connection takes it. */
    private void toClient() {
        Stream from = stream;
        if (ended || !opened || from == null || outputEnded || copying) {
            return;
        }
        // What is written makes the connection writable or not, which is told while it is being written.
        copying = true;
        int last = 1;
        while (last > 0 && channel.isWritable()) {
            last = copy(from, false);
        }
        copying = false;
        if (last < 0 && !ended) {
            outputEnded = true;
            shutDownWhenWritten();
        }
    }

    /** Copies what there is; returns 0 if there is no more now, -1 if there never will be, else the connection is full. */
    private int copy(Stream from, boolean regardless) {
        int length = 1;
        while (length > 0 && (regardless || channel.isWritable())) {
            length = from.read(piece, 0, piece.length);
            if (length > 0) {
                hasCopied = true;
                counters.streamBytesToClient(length);
                ChannelFuture unused =
                        channel.write(channel.alloc().buffer(length).writeBytes(piece, 0, length));
            }
        }
        channel.flush();
        return length;
    }

    private void shutDownWhenWritten() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess() && written.channel() instanceof DuplexChannel duplex && !ended) {
                ChannelFuture unused = duplex.shutdownOutput();
            }
        });
    }

    // Its end

    @Override
    public void onEnded(StreamEnd end) {
        if (ended) {
            return;
        }
        if (!opened) {
            finish();
            owner.refused(end);
            return;
        }
        if (stream != null && !outputEnded) {
            // The last chance to read what has come; it is less than a receive window.
            copy(stream, true);
        }
        finish();
        if (end == StreamEnd.CLOSED) {
            owner.finished();
        } else {
            breakOff();
        }
    }

    /** Resets the connection once the client has had what came before. */
    private void breakOff() {
        resetOnClose();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (hasCopied) {
                Future<?> unused = channel.eventLoop().schedule(owner::close, RESET_DELAY_NANOS, TimeUnit.NANOSECONDS);
            } else {
                owner.close();
            }
        });
    }

    /** So that the client sees a connection reset, not the end of a file. */
    private void resetOnClose() {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        finish();
        if (opened) {
            resetOnClose();
        }
        if (stream != null) {
            stream.reset();
        }
    }

    private void finish() {
        ended = true;
        untaken.forEach(ByteBuf::release);
        untaken.clear();
        counters.streamEnded();
        if (channel.isOpen()) {
            // What the client still sends is ignored, but that it leaves is to be seen.
            channel.config().setAutoRead(true);
        }
    }
}
