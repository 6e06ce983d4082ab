package org.tunnel8.wire.walk;

import org.tunnel8.wire.IpAddress;

/**
 * Messages 250 and 232: asks a node to open its NAT for a walker by sending it a {@link Puncture}. Unsigned. {@code PROTOCOL.md §4}, D2.
 *
 * @param style which of the two messages it is; {@code OLD} holds IPv4 only
 * @param walkerLan the walker's other address: what it believed the introducer's address to be
 * @param walkerWan where the introducer saw the walker
 * @param identifier the walker's request's
 */
public record PunctureRequest(WalkStyle style, IpAddress walkerLan, IpAddress walkerWan, int identifier)
        implements WalkMessage {
    /** Checks that the fields can be sent. */
    public PunctureRequest {
        style.check(walkerLan);
        style.check(walkerWan);
        WalkFields.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return style == WalkStyle.OLD ? WalkMessageId.PUNCTURE_REQUEST : WalkMessageId.NEW_PUNCTURE_REQUEST;
    }

    @Override
    public boolean signed() {
        return false;
    }
}
