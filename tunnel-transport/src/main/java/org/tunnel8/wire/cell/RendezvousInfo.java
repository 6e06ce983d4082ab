package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/**
 * Where a downloader meets a seeder: what {@link CreatedE2e} carries sealed. {@code PROTOCOL.md §8, §11}.
 *
 * @param address where the rendezvous point is
 * @param key its public key, as it came
 * @param cookie 20 bytes
 */
public record RendezvousInfo(IpAddress address, ByteString key, ByteString cookie) {
    /** Checks the sizes of the fields. */
    public RendezvousInfo {
        FieldSizes.checkHash(cookie);
    }

    /**
     * Decodes the opened layer: a nested payload with its length in front.
     *
     * @param buffer holds the opened layer
     * @param offset where it begins
     * @param length its length
     * @return the content
     * @throws MalformedMessageException if it is anything else
     */
    public static RendezvousInfo decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        WireReader reader = new WireReader(buffer, offset, length).nested();
        return new RendezvousInfo(reader.ipAddress(), reader.varlenH(), reader.bytes(FieldSizes.HASH_BYTES));
    }

    /**
     * Writes what is to be sealed, its length in front.
     *
     * @param writer where to
     */
    public void encode(WireWriter writer) {
        int mark = writer.beginNested();
        writer.address(address);
        writer.varlenH(key);
        writer.bytes(cookie);
        writer.endNested(mark);
    }
}
