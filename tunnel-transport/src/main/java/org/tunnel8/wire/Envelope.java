package org.tunnel8.wire;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SignatureScheme;

/**
 * The parts around a payload in all datagrams that are neither cells nor bare: prefix, message id, sender, time, signature
 * ({@code PROTOCOL.md §1}).
 *
 * <p>Not thread-safe. Opening does not verify: whoever reads decides when to pay for that.
 */
public final class Envelope {
    /** What datagrams of the control path may measure at most; the network cuts anything over 2,048 bytes (D4). */
    public static final int LONGEST_PACKET_BYTES = 2048;

    /** Which parts there are. */
    public enum Shape {
        /** Key, time, payload, signature. */
        SIGNED_TIMED,
        /** Time, payload. */
        UNSIGNED_TIMED,
        /** Key, payload, signature. */
        SIGNED;

        boolean signed() {
            return this != UNSIGNED_TIMED;
        }

        boolean timed() {
            return this != SIGNED;
        }
    }

    private final @Nullable PublicKey sender;
    private final long globalTime;
    private final WireReader payload;
    private final int signedLength;

    private Envelope(@Nullable PublicKey sender, long globalTime, WireReader payload, int signedLength) {
        this.sender = sender;
        this.globalTime = globalTime;
        this.payload = payload;
        this.signedLength = signedLength;
    }

    /**
     * The message id of a datagram.
     *
     * @param buffer holds the datagram
     * @param offset where it begins
     * @param length its length
     * @return 0 to 255
     * @throws MalformedMessageException if the datagram is too short to have one
     */
    public static int messageId(byte[] buffer, int offset, int length) throws MalformedMessageException {
        if (length <= CommunityId.PREFIX_BYTES) {
            throw new MalformedMessageException("no message id");
        }
        return buffer[offset + CommunityId.PREFIX_BYTES] & 0xff;
    }

    /**
     * Takes a datagram apart. Neither the prefix nor the message id is judged.
     *
     * @param buffer holds the datagram; the payload's reader refers to it
     * @param offset where it begins
     * @param length its length
     * @param shape which parts there are
     * @return the parts
     * @throws MalformedMessageException if a part is missing or the sender's key is no key
     */
    public static Envelope open(byte[] buffer, int offset, int length, Shape shape) throws MalformedMessageException {
        int bodyOffset = CommunityId.PREFIX_BYTES + 1;
        if (length < bodyOffset) {
            throw new MalformedMessageException("no message id");
        }
        WireReader reader = new WireReader(buffer, offset + bodyOffset, length - bodyOffset);
        PublicKey sender = shape.signed() ? key(reader) : null;
        long globalTime = shape.timed() ? reader.u64() : 0;
        int signatureBytes = sender == null ? 0 : sender.signatureLength();
        int payloadBytes = reader.remaining() - signatureBytes;
        if (payloadBytes < 0) {
            throw new MalformedMessageException("no signature");
        }
        WireReader payload = new WireReader(buffer, reader.position(), payloadBytes);
        return new Envelope(sender, globalTime, payload, length - signatureBytes);
    }

    private static PublicKey key(WireReader reader) throws MalformedMessageException {
        try {
            return reader.key();
        } catch (CryptoFailure e) {
            throw new MalformedMessageException("not a public key");
        }
    }

    /** The key the datagram claims to come from; null where the shape has none. */
    public @Nullable PublicKey sender() {
        return sender;
    }

    /** All 64 bits of the time; 0 where the shape has none. */
    public long globalTime() {
        return globalTime;
    }

    /** The payload, yet to be read; the signature is out of its reach. */
    public WireReader payload() {
        return payload;
    }

    /** How many bytes from the datagram's start the signature covers; where there is none, the datagram's length. */
    public int signedLength() {
        return signedLength;
    }

    /**
     * Whether a datagram's signature is right. Slow compared with everything else a datagram costs.
     *
     * @param scheme how signatures are checked
     * @param sender the key the datagram claims to come from
     * @param buffer holds the datagram, the signature whole
     * @param offset where the datagram begins
     * @param signedLength how many bytes the signature covers; it follows them
     * @return true if so
     */
    public static boolean verify(
            SignatureScheme scheme, PublicKey sender, byte[] buffer, int offset, int signedLength) {
        return scheme.verify(sender, buffer, offset, signedLength, offset + signedLength);
    }

    /**
     * Begins a datagram: everything in front of the payload.
     *
     * @param community the overlay
     * @param messageId 0 to 255
     * @param sender whose key to carry; null exactly where the shape has none
     * @param timed whether the shape has a time
     * @param globalTime the time
     * @return a writer with room for payload and signature
     */
    public static WireWriter begin(
            CommunityId community, int messageId, @Nullable PublicKey sender, boolean timed, long globalTime) {
        WireWriter writer = newWriter();
        begin(writer, community, messageId, sender, timed, globalTime);
        return writer;
    }

    /**
     * A writer for datagrams, one after the other.
     *
     * @return one with room for the longest
     */
    public static WireWriter newWriter() {
        return new WireWriter(LONGEST_PACKET_BYTES);
    }

    /**
     * Begins a datagram in the place of what was written before.
     *
     * @param writer where to
     * @param community the overlay
     * @param messageId 0 to 255
     * @param sender whose key to carry; null exactly where the shape has none
     * @param timed whether the shape has a time
     * @param globalTime the time
     */
    public static void begin(
            WireWriter writer,
            CommunityId community,
            int messageId,
            @Nullable PublicKey sender,
            boolean timed,
            long globalTime) {
        writer.clear();
        writer.prefix(community);
        writer.u8(messageId);
        if (sender != null) {
            writer.key(sender);
        }
        if (timed) {
            writer.u64(globalTime);
        }
    }

    /**
     * Ends a signed datagram.
     *
     * @param writer what {@link #begin} returned, with the payload written
     * @param scheme how it is signed
     * @param signer whose key it carries
     * @return the whole datagram
     */
    public static byte[] sign(WireWriter writer, SignatureScheme scheme, IdentityKey signer) {
        int covered = writer.length();
        byte[] packet = writer.toByteArray(signer.publicKey().signatureLength());
        byte[] signature = scheme.sign(signer, packet, 0, covered);
        System.arraycopy(signature, 0, packet, covered, signature.length);
        return packet;
    }

    /**
     * Ends a signed datagram where it was written.
     *
     * @param writer with the payload written, and the signature afterwards
     * @param scheme how it is signed
     * @param signer whose key it carries
     */
    public static void signInPlace(WireWriter writer, SignatureScheme scheme, IdentityKey signer) {
        int covered = writer.length();
        byte[] signature = scheme.sign(signer, writer.buffer(), writer.position() - covered, covered);
        writer.bytes(signature, 0, signature.length);
    }
}
