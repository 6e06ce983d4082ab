package org.tunnel8.wire.walk;

import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SignatureScheme;
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
        return verify(SignatureScheme.OF_THE_NETWORK, ping, buffer, offset);
    }

    /**
     * As {@link #verify(DhtPing, byte[], int)}, by another scheme than the network's.
     *
     * @param scheme how signatures are checked
     * @param ping what {@link #decode} made of the datagram
     * @param buffer holds the same datagram, unchanged
     * @param offset where it begins
     * @return true if its signature is right
     */
    public static boolean verify(SignatureScheme scheme, DhtPing ping, byte[] buffer, int offset) {
        return Envelope.verify(scheme, ping.sender(), buffer, offset, ping.signedLength());
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
        return encode(SignatureScheme.OF_THE_NETWORK, response, identifier, signer);
    }

    /**
     * As {@link #encode(boolean, int, IdentityKey)}, by another scheme than the network's.
     *
     * @param scheme how it is signed
     * @param response whether it is the answer
     * @param identifier all 32 bits
     * @param signer the own key
     * @return the datagram
     */
    public static byte[] encode(SignatureScheme scheme, boolean response, int identifier, IdentityKey signer) {
        int id = response ? WalkMessageId.DHT_PING_RESPONSE : WalkMessageId.DHT_PING_REQUEST;
        WireWriter writer = Envelope.begin(CommunityId.DHT, id, signer.publicKey(), false, 0);
        writer.u32(identifier);
        return Envelope.sign(writer, scheme, signer);
    }
}
