package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.util.List;

/**
 * Reads a client's request (RFC 1928 §4).
 *
 * <p>It keeps names as they came, where Netty's decoder rewrites them, or refuses the request, by the rules of IDN. What
 * follows the request is passed on.
 */
final class RequestDecoder extends ByteToMessageDecoder {
    private static final int VERSION = 5;

    /** Version, command, a reserved byte. */
    private static final int FRONT_BYTES = 3;

    private boolean done;

    /** An address type that RFC 1928 does not know. */
    static final class UnknownTypeException extends DecoderException {
        private static final long serialVersionUID = 1L;

        UnknownTypeException() {
            super("unknown address type");
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (done) {
            out.add(in.readRetainedSlice(in.readableBytes()));
            return;
        }
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (in.getByte(start) != VERSION) {
            throw giveUp(in, new DecoderException("not a request"));
        }
        if (available <= FRONT_BYTES) {
            return;
        }
        byte type = in.getByte(start + FRONT_BYTES);
        if (SocksAddress.bytes(type, 0) < 0) {
            throw giveUp(in, new UnknownTypeException());
        }
        int second = available > FRONT_BYTES + 1 ? in.getUnsignedByte(start + FRONT_BYTES + 1) : 0;
        int addressBytes = SocksAddress.bytes(type, second);
        if (available < FRONT_BYTES + addressBytes) {
            return;
        }
        int command = in.getUnsignedByte(start + 1);
        byte[] address = new byte[addressBytes];
        in.skipBytes(FRONT_BYTES).readBytes(address);
        done = true;
        out.add(new Socks5Request(
                command, SocksAddress.decode(address, 0, address.length), SocksAddress.port(address, address.length)));
    }

    private DecoderException giveUp(ByteBuf in, DecoderException why) {
        done = true;
        in.skipBytes(in.readableBytes());
        return why;
    }
}
