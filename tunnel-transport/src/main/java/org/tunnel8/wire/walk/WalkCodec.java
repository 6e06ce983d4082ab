package org.tunnel8.wire.walk;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SignatureScheme;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Envelope;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/**
 * Walker datagrams of any overlay to records and back ({@code PROTOCOL.md §4}).
 *
 * <p>Bytes after the last field are an error, except for the extra bytes of introductions, which are all that is left.
 */
public final class WalkCodec {
    private WalkCodec() {}

    /**
     * Decodes a datagram of our version with one of the eight message ids every overlay has. The signature is not verified.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return what it says
     * @throws MalformedMessageException if it is of another version or kind, or badly formed
     */
    public static WalkPacket decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        CommunityId community = CommunityId.ofDatagram(buffer, offset, length);
        if (CommunityId.version(buffer, offset) != CommunityId.VERSION) {
            throw new MalformedMessageException("another version");
        }
        return decodeBody(community, buffer, offset, length);
    }

    /**
     * The identifier of a signed walker's datagram, without a look at its sender's key, which may be dear to read.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return 0 to 65535
     * @throws MalformedMessageException if it is of another kind or badly formed; what follows identifier and flags is not judged
     */
    public static int identifier(byte[] buffer, int offset, int length) throws MalformedMessageException {
        int id = Envelope.messageId(buffer, offset, length);
        if (!WalkMessageId.isWalk(id) || WalkMessageId.isPunctureRequest(id)) {
            throw new MalformedMessageException("no signed walker's message");
        }
        int bodyOffset = CommunityId.PREFIX_BYTES + 1;
        WireReader reader = new WireReader(buffer, offset + bodyOffset, length - bodyOffset);
        reader.skip(Math.min(reader.u16(), reader.remaining()));
        reader.skip(Long.BYTES);
        return WalkPayloads.identifier(id, reader);
    }

    /**
     * As {@link #decode}, for datagrams of any version but ours, whose sender is to be remembered as incompatible (D3) if it verifies.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return what it says, if read as our version would be
     * @throws MalformedMessageException if it is of our version or another kind, or badly formed
     */
    public static WalkPacket decodeOtherVersion(byte[] buffer, int offset, int length)
            throws MalformedMessageException {
        CommunityId community = CommunityId.ofDatagram(buffer, offset, length);
        if (CommunityId.version(buffer, offset) == CommunityId.VERSION) {
            throw new MalformedMessageException("not another version");
        }
        return decodeBody(community, buffer, offset, length);
    }

    private static WalkPacket decodeBody(CommunityId community, byte[] buffer, int offset, int length)
            throws MalformedMessageException {
        int id = Envelope.messageId(buffer, offset, length);
        if (!WalkMessageId.isWalk(id)) {
            throw new MalformedMessageException("unknown message id");
        }
        boolean signed = id != WalkMessageId.PUNCTURE_REQUEST && id != WalkMessageId.NEW_PUNCTURE_REQUEST;
        Envelope envelope = open(buffer, offset, length, signed);
        return packet(community, WalkPayloads.decode(id, envelope.payload()), envelope);
    }

    static Envelope open(byte[] buffer, int offset, int length, boolean signed) throws MalformedMessageException {
        return Envelope.open(
                buffer, offset, length, signed ? Envelope.Shape.SIGNED_TIMED : Envelope.Shape.UNSIGNED_TIMED);
    }

    static WalkPacket packet(CommunityId community, WalkMessage message, Envelope envelope)
            throws MalformedMessageException {
        WireReader payload = envelope.payload();
        payload.expectEnd();
        return new WalkPacket(community, message, envelope.sender(), envelope.globalTime(), envelope.signedLength());
    }

    /**
     * Whether a packet really comes from the key it names. Slow compared with decoding.
     *
     * @param packet what {@link #decode} made of the datagram
     * @param buffer holds the same datagram, unchanged
     * @param offset where it begins
     * @return true if its signature is right; false also for the unsigned kinds, which come from nobody in particular
     */
    public static boolean verify(WalkPacket packet, byte[] buffer, int offset) {
        return verify(SignatureScheme.OF_THE_NETWORK, packet, buffer, offset);
    }

    /**
     * As {@link #verify(WalkPacket, byte[], int)}, by another scheme than the network's.
     *
     * @param scheme how signatures are checked
     * @param packet what {@link #decode} made of the datagram
     * @param buffer holds the same datagram, unchanged
     * @param offset where it begins
     * @return true if its signature is right
     */
    public static boolean verify(SignatureScheme scheme, WalkPacket packet, byte[] buffer, int offset) {
        PublicKey sender = packet.sender();
        return sender != null && Envelope.verify(scheme, sender, buffer, offset, packet.signedLength());
    }

    /**
     * Encodes a datagram.
     *
     * @param community the overlay
     * @param message any walker or discovery message
     * @param globalTime the own clock
     * @param signer the own key; may be null for the unsigned kinds, which don't use it
     * @return the datagram
     * @throws IllegalArgumentException if a signed kind has no signer
     */
    public static byte[] encode(
            CommunityId community, WalkMessage message, long globalTime, @Nullable IdentityKey signer) {
        return encode(SignatureScheme.OF_THE_NETWORK, community, message, globalTime, signer);
    }

    /**
     * As {@link #encode(CommunityId, WalkMessage, long, IdentityKey)}, by another scheme than the network's.
     *
     * @param scheme how signed kinds are signed
     * @param community the overlay
     * @param message any walker or discovery message
     * @param globalTime the own clock
     * @param signer the own key; may be null for the unsigned kinds, which don't use it
     * @return the datagram
     * @throws IllegalArgumentException if a signed kind has no signer
     */
    public static byte[] encode(
            SignatureScheme scheme,
            CommunityId community,
            WalkMessage message,
            long globalTime,
            @Nullable IdentityKey signer) {
        if (!message.signed()) {
            return beforeSignature(community, message, globalTime, null).toByteArray();
        }
        if (signer == null) {
            throw new IllegalArgumentException("a signed message needs a signer");
        }
        return Envelope.sign(beforeSignature(community, message, globalTime, signer.publicKey()), scheme, signer);
    }

    /**
     * As {@link #encode(SignatureScheme, CommunityId, WalkMessage, long, IdentityKey)}, in the place of what a writer has
     * written before, for senders of many.
     *
     * @param writer where to
     * @param scheme how signed kinds are signed
     * @param community the overlay
     * @param message any walker or discovery message
     * @param globalTime the own clock
     * @param signer the own key
     */
    public static void encode(
            WireWriter writer,
            SignatureScheme scheme,
            CommunityId community,
            WalkMessage message,
            long globalTime,
            IdentityKey signer) {
        PublicKey sender = message.signed() ? signer.publicKey() : null;
        Envelope.begin(writer, community, message.messageId(), sender, true, globalTime);
        WalkPayloads.encode(message, writer);
        if (sender != null) {
            Envelope.signInPlace(writer, scheme, signer);
        }
    }

    /** A datagram but for its signature. */
    static WireWriter beforeSignature(
            CommunityId community, WalkMessage message, long globalTime, @Nullable PublicKey sender) {
        WireWriter writer = Envelope.begin(community, message.messageId(), sender, true, globalTime);
        WalkPayloads.encode(message, writer);
        return writer;
    }
}
