package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import java.util.List;

/**
 * Reads the one message of RFC 1929 that a client sends: version 1, user name, password, each behind its length.
 *
 * <p>It keeps the bytes as they came, where Netty's decoder reads them as ASCII and makes all other bytes the same.
 * What follows the message is passed on.
 */
final class UserPasswordDecoder extends ByteToMessageDecoder {
    private static final int VERSION = 1;

    private boolean done;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (done) {
            out.add(in.readRetainedSlice(in.readableBytes()));
            return;
        }
        int start = in.readerIndex();
        if (in.getByte(start) != VERSION) {
            done = true;
            in.skipBytes(in.readableBytes());
            throw new DecoderException("not a user name and password");
        }
        int available = in.readableBytes();
        if (available < 2) {
            return;
        }
        int userBytes = in.getUnsignedByte(start + 1);
        if (available < 3 + userBytes) {
            return;
        }
        int passwordBytes = in.getUnsignedByte(start + 2 + userBytes);
        if (available < 3 + userBytes + passwordBytes) {
            return;
        }
        byte[] user = new byte[userBytes];
        byte[] password = new byte[passwordBytes];
        in.skipBytes(2).readBytes(user).skipBytes(1).readBytes(password);
        done = true;
        out.add(new UserPassword(user, password));
    }
}
