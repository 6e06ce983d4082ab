package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/**
 * Message 2: asks a node to become the next hop. {@code PROTOCOL.md §7, §8}.
 *
 * <p>Unsigned, and any length of key decodes: whoever uses a key checks it.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param nodePublicKey the public key of the node that sends this message, as it came
 * @param ephemeralKey X: the ephemeral Curve25519 public key, as it came; 32 bytes if it is of any use
 */
public record Create(int identifier, ByteString nodePublicKey, ByteString ephemeralKey) implements CellMessage {
    /** Checks the sizes of the fields. */
    public Create {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.CREATE;
    }
}
