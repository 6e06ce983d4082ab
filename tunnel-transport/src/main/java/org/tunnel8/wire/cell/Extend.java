package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/**
 * Message 4: asks the last hop to add another. {@code PROTOCOL.md §8}.
 *
 * @param identifier the 16-bit number that ties an answer to its question
 * @param nodePublicKey the public key of the node to be added, as it came
 * @param ephemeralKey X: the ephemeral Curve25519 public key, as it came; 32 bytes if it is of any use
 * @param nodeAddress where that node is, or {@code 0.0.0.0:0} for one of the candidates the hop has named
 */
public record Extend(int identifier, ByteString nodePublicKey, ByteString ephemeralKey, IpAddress nodeAddress)
        implements CellMessage {
    /** Checks the sizes of the fields. */
    public Extend {
        FieldSizes.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return CellMessageId.EXTEND;
    }
}
