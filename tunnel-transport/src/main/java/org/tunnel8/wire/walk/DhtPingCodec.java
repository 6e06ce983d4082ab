package org.tunnel8.wire.walk;

import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/** The hash table's ping to a record and back ({@code PROTOCOL.md §12}): signed, without a time. Bytes left over are an error. */
public final class DhtPingCodec {
    private DhtPingCodec() {}

    /**
     * Decodes a datagram. The signature is not verified.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return what it says
     * @throws MalformedMessageException if it is of another overlay, version or kind, or badly formed
     */
    public static DhtPing decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        if (!CommunityId.DHT.matchesPrefix(buffer, offset, length)) {
            throw new MalformedMessageException("not of the hash table");
        }
        int id = Envelope.messageId(buffer, offset, length);
        if (id != WalkMessageId.DHT_PING_REQUEST && id != WalkMessageId.DHT_PING_RESPONSE) {
            throw new MalformedMessageException("not a ping");
        }
        Envelope envelope = Envelope.open(buffer, offset, length, Envelope.Shape.SIGNED);
        PublicKey sender = envelope.sender();
        if (sender == null) {
            throw new AssertionError("a signed envelope without sender");
        }
        WireReader payload = envelope.payload();
        int identifier = payload.u32();
        payload.expectEnd();
        return new DhtPing(id == WalkMessageId.DHT_PING_RESPONSE, identifier, sender, envelope.signedLength());
    }

    /**
     * Whether a ping really comes from the key it names. Slow compared with decoding.
     *
     * @param ping what {@link #decode} made of the datagram
     * @param buffer holds the same datagram, unchanged
     * @param offset where it begins
     * @return true if its signature is right
     */
    public static boolean verify(DhtPing ping, byte[] buffer, int offset) {
        return Envelope.verify(ping.sender(), buffer, offset, ping.signedLength());
    }

    /**
     * Encodes a datagram.
     *
     * @param response whether it is the answer
     * @param identifier all 32 bits
     * @param signer the own key
     * @return the datagram
     */
    public static byte[] encode(boolean response, int identifier, IdentityKey signer) {
        int id = response ? WalkMessageId.DHT_PING_RESPONSE : WalkMessageId.DHT_PING_REQUEST;
        WireWriter writer = Envelope.begin(CommunityId.DHT, id, signer.publicKey(), false, 0);
        writer.u32(identifier);
        return Envelope.sign(writer, signer);
    }
}
