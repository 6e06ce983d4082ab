package org.tunnel8.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.ToIntFunction;

/** Stands where the system's send call would be: takes, refuses with an error number, or makes wait what the channel hands down. */
final class FakeSystem extends ChannelOutboundHandlerAdapter {
    private static final Map<Integer, String> TEXTS = Map.of(
            1, "Operation not permitted",
            22, "Invalid argument",
            90, "Message too long",
            101, "Network is unreachable",
            105, "No buffer space available");

    /** What was taken, in order. */
    final List<Send> sends = new ArrayList<>();
    /** How often something was refused. */
    int refusals;
    /** Says what to answer to a send: 0 to take it, or an error number. */
    ToIntFunction<Send> answer = send -> 0;
    /** Whether the socket's buffer is full, so that nothing is taken or refused. */
    boolean blocked;

    private final Queue<Waiting> queue = new ArrayDeque<>();

    record Send(InetSocketAddress to, List<byte[]> datagrams, boolean segmented) {
        List<Integer> lengths() {
            return datagrams.stream().map(datagram -> datagram.length).toList();
        }
    }

    private record Waiting(DatagramPacket packet, ChannelPromise promise) {}

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        queue.add(new Waiting((DatagramPacket) message, promise));
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        // As the real channel: what is written in answer to an outcome waits for the next flush.
        for (int left = blocked ? 0 : queue.size(); left > 0; left--) {
            settle(queue.remove());
        }
    }

    /** Fails what still waits, as a channel does that is closed. */
    void abandon(Throwable cause) {
        while (!queue.isEmpty()) {
            Waiting waiting = queue.remove();
            waiting.packet().release();
            waiting.promise().tryFailure(cause);
        }
    }

    List<byte[]> datagramsTo(InetSocketAddress to) {
        return sends.stream()
                .filter(send -> send.to().equals(to))
                .flatMap(send -> send.datagrams().stream())
                .toList();
    }

    private void settle(Waiting waiting) {
        Send send = describe(waiting.packet());
        // The real channel, too, releases the bytes before it tells the outcome.
        waiting.packet().release();
        int errno = answer.applyAsInt(send);
        if (errno == 0) {
            sends.add(send);
            waiting.promise().trySuccess(null);
        } else {
            refusals++;
            waiting.promise().tryFailure(error(errno));
        }
    }

    /** Makes what the native transport throws, or what NIO throws where there is no native one. */
    private static IOException error(int errno) {
        return Epoll.isAvailable()
                ? new NativeIoException("sendmmsg", -errno)
                : new SocketException(TEXTS.getOrDefault(errno, "error " + errno));
    }

    private static Send describe(DatagramPacket packet) {
        ByteBuf content = packet.content();
        boolean segmented = packet instanceof SegmentedDatagramPacket;
        int segmentBytes =
                packet instanceof SegmentedDatagramPacket segments ? segments.segmentSize() : content.readableBytes();
        List<byte[]> datagrams = new ArrayList<>();
        for (int start = 0; start < content.readableBytes(); start += segmentBytes) {
            byte[] datagram = new byte[Math.min(segmentBytes, content.readableBytes() - start)];
            content.getBytes(start, datagram);
            datagrams.add(datagram);
        }
        return new Send(packet.recipient(), datagrams, segmented);
    }
}
