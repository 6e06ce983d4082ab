package org.tunnel8.wire.walk;

/**
 * Message 3 of the discovery overlay: asks for a sign of life. Unsigned. {@code PROTOCOL.md §4}.
 *
 * @param identifier 16 bits, the same in question and answer
 */
public record DiscoveryPing(int identifier) implements WalkMessage {
    /** Checks that the identifier can be sent. */
    public DiscoveryPing {
        WalkFields.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return WalkMessageId.DISCOVERY_PING;
    }

    @Override
    public boolean signed() {
        return false;
    }
}
