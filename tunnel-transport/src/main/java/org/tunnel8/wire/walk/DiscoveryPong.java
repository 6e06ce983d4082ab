package org.tunnel8.wire.walk;

/**
 * Message 4 of the discovery overlay: the sign of life. Unsigned. {@code PROTOCOL.md §4}.
 *
 * @param identifier 16 bits, the same in question and answer
 */
public record DiscoveryPong(int identifier) implements WalkMessage {
    /** Checks that the identifier can be sent. */
    public DiscoveryPong {
        WalkFields.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return WalkMessageId.DISCOVERY_PONG;
    }

    @Override
    public boolean signed() {
        return false;
    }
}
