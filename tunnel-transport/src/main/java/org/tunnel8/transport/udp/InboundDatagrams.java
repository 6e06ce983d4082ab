package org.tunnel8.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.wire.Headroom;

/** The receiving half of a port: copies each datagram between its headroom and hands it on. Loop thread only. */
final class InboundDatagrams extends ChannelInboundHandlerAdapter {
    private final UdpTransport port;
    private final PortCounters counters;
    private final byte[] scratch;

    InboundDatagrams(UdpTransport port, PortCounters counters, byte[] scratch) {
        this.port = port;
        this.counters = counters;
        this.scratch = scratch;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        int length;
        try {
            ByteBuf content = packet.content();
            length = content.readableBytes();
            if (length > DatagramPort.MAX_RECEIVED_BYTES) {
                counters.cut.add(1);
                return;
            }
            content.getBytes(content.readerIndex(), scratch, Headroom.FRONT_BYTES, length);
        } finally {
            packet.release();
        }
        port.received(packet.sender(), scratch, Headroom.FRONT_BYTES, length);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        port.receiveFailed(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        port.channelClosed();
    }
}
