package org.tunnel8.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPromise;
import java.net.InetSocketAddress;

/**
 * Datagrams to one destination, laid end to end in one buffer: all of one length, only the last may be shorter.
 *
 * <p>It is the promise of its own write, used again for run after run, so that a send makes no object of its own and its outcome finds
 * the bytes for a retry. It is never "done" in the promise's sense; nobody but the channel sees it. Loop thread only.
 */
final class OutboundRun extends DefaultChannelPromise {
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(0);

    private final Outbox outbox;

    InetSocketAddress destination = NOWHERE;
    ByteBuf content = Unpooled.EMPTY_BUFFER;
    /** Bytes taken from the send budget for {@link #content}. */
    int reservedBytes;
    /** Length of all datagrams but perhaps the last. */
    int segmentBytes;

    int segments;
    /** Retries so far. */
    int retries;
    /** If not 0, this datagram repeats the first of a refused run with segments of this length. */
    int refusedSegmentBytes;

    OutboundRun(Outbox outbox, Channel channel) {
        super(channel);
        this.outbox = outbox;
    }

    /** Tells whether another datagram of this length may be joined. */
    boolean admits(int length) {
        return length <= segmentBytes
                && segments < SegmentationGate.MAX_SEGMENTS
                && content.readableBytes() + length <= SegmentationGate.MAX_RUN_BYTES;
    }

    /** Lets go of the buffer, ready for the next use. */
    void clear() {
        content.release();
        content = Unpooled.EMPTY_BUFFER;
        destination = NOWHERE;
        reservedBytes = 0;
        segmentBytes = 0;
        segments = 0;
        retries = 0;
        refusedSegmentBytes = 0;
    }

    @Override
    public boolean setUncancellable() {
        return true;
    }

    @Override
    public boolean trySuccess(Void result) {
        outbox.sent(this);
        return true;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        outbox.failed(this, cause);
        return true;
    }
}
