package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.socksx.v5.Socks5AddressDecoder;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;

/**
 * Reads the address in a request, and tells an unknown type from other faults, since it has an answer of its own
 * (0x08).
 */
final class RequestAddressDecoder implements Socks5AddressDecoder {
    /** An address type that RFC 1928 does not know. */
    static final class UnknownTypeException extends DecoderException {
        private static final long serialVersionUID = 1L;

        UnknownTypeException() {
            super("unknown address type");
        }
    }

    @Override
    public String decodeAddress(Socks5AddressType type, ByteBuf in) throws Exception {
        if (type.equals(Socks5AddressType.DOMAIN)) {
            // No request that is granted needs a name, and Netty would refuse those that IDN does not like.
            in.skipBytes(in.readUnsignedByte());
            return "";
        }
        if (type.equals(Socks5AddressType.IPv4) || type.equals(Socks5AddressType.IPv6)) {
            return Socks5AddressDecoder.DEFAULT.decodeAddress(type, in);
        }
        throw new UnknownTypeException();
    }
}
