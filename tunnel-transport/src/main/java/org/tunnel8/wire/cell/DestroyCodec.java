package org.tunnel8.wire.cell;

import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SignatureScheme;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireNumbers;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/** Destroy packets to records and back ({@code PROTOCOL.md §8}): signed, without a time. Bytes left over are an error. */
public final class DestroyCodec {
    /** Prefix, id, key with its length, circuit id, reason, signature. */
    private static final int USUAL_LENGTH_BYTES =
            CommunityId.PREFIX_BYTES + 1 + 2 + PublicKey.USUAL_LENGTH_BYTES + 4 + 2 + 64;

    private DestroyCodec() {}

    /**
     * Tells without decoding whether a datagram can be a destroy by the owner of a usual key.
     *
     * @param buffer holds the datagram
     * @param offset where it begins
     * @param length its length
     * @return true if its length and that of the key in it are right
     */
    public static boolean hasUsualKey(byte[] buffer, int offset, int length) {
        return length == USUAL_LENGTH_BYTES
                && WireNumbers.u16(buffer, offset + CommunityId.PREFIX_BYTES + 1) == PublicKey.USUAL_LENGTH_BYTES;
    }

    /**
     * Decodes a datagram. The signature is not verified.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return what it says
     * @throws MalformedMessageException if it is of another version or kind, or badly formed
     */
    public static Destroy decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        CommunityId community = CommunityId.ofDatagram(buffer, offset, length);
        if (CommunityId.version(buffer, offset) != CommunityId.VERSION) {
            throw new MalformedMessageException("another version");
        }
        if (Envelope.messageId(buffer, offset, length) != CellMessageId.DESTROY) {
            throw new MalformedMessageException("not a destroy");
        }
        Envelope envelope = Envelope.open(buffer, offset, length, Envelope.Shape.SIGNED);
        PublicKey sender = envelope.sender();
        if (sender == null) {
            throw new AssertionError("a signed envelope without sender");
        }
        WireReader payload = envelope.payload();
        int circuitId = payload.u32();
        int reason = payload.u16();
        payload.expectEnd();
        return new Destroy(community, circuitId, reason, sender, envelope.signedLength());
    }

    /**
     * Whether a destroy really comes from the key it names. Slow compared with decoding.
     *
     * @param destroy what {@link #decode} made of the datagram
     * @param buffer holds the same datagram, unchanged
     * @param offset where it begins
     * @return true if its signature is right
     */
    public static boolean verify(Destroy destroy, byte[] buffer, int offset) {
        return Envelope.verify(
                SignatureScheme.OF_THE_NETWORK, destroy.sender(), buffer, offset, destroy.signedLength());
    }

    /**
     * Encodes a datagram.
     *
     * @param community the overlay
     * @param circuitId the circuit id on the link it will take
     * @param reason 0 to 65535
     * @param signer the own key
     * @return the datagram
     */
    public static byte[] encode(CommunityId community, int circuitId, int reason, IdentityKey signer) {
        WireWriter writer = Envelope.begin(community, CellMessageId.DESTROY, signer.publicKey(), false, 0);
        writer.u32(circuitId);
        writer.u16(reason);
        return Envelope.sign(writer, SignatureScheme.OF_THE_NETWORK, signer);
    }
}
