package org.tunnel8.wire.walk;

import org.tunnel8.wire.IpAddress;

/**
 * Messages 249 and 231: opens the sender's NAT for the receiver. {@code PROTOCOL.md §4}.
 *
 * @param style which of the two messages it is; {@code OLD} holds IPv4 only
 * @param sourceLan the sender's address in its own network, or {@code 0.0.0.0:0} (D19)
 * @param sourceWan by name the sender's address; the reference puts the receiver's there
 * @param identifier the puncture-request's
 */
public record Puncture(WalkStyle style, IpAddress sourceLan, IpAddress sourceWan, int identifier)
        implements WalkMessage {
    /** Checks that the fields can be sent. */
    public Puncture {
        style.check(sourceLan);
        style.check(sourceWan);
        WalkFields.checkU16(identifier);
    }

    @Override
    public int messageId() {
        return style == WalkStyle.OLD ? WalkMessageId.PUNCTURE : WalkMessageId.NEW_PUNCTURE;
    }

    @Override
    public boolean signed() {
        return true;
    }
}
