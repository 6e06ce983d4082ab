package org.tunnel8.wire.walk;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/**
 * Messages 246 and 234: asks a node to make itself known, and to introduce another. {@code PROTOCOL.md §4}.
 *
 * @param style which of the two messages it is; {@code OLD} holds IPv4 only
 * @param destination what the sender believes the receiver's address to be
 * @param sourceLan the sender's address in its own network, or {@code 0.0.0.0:0} (D19)
 * @param sourceWan the sender's address as others have told it
 * @param flags the flags byte as it travels; the accessors below tell its bits apart
 * @param identifier 16 bits, to be copied into the answer
 * @param extra what the overlay adds: {@link PeerFlags} in tunnel overlays
 */
public record IntroductionRequest(
        WalkStyle style,
        IpAddress destination,
        IpAddress sourceLan,
        IpAddress sourceWan,
        int flags,
        int identifier,
        ByteString extra)
        implements WalkMessage {
    private static final int SPEAKS_NEW_STYLE = 0x20;
    private static final int ADVICE_WANTED = 0x01;

    /** Checks that the fields can be sent. */
    public IntroductionRequest {
        style.check(destination);
        style.check(sourceLan);
        style.check(sourceWan);
        WalkFields.checkU8(flags);
        WalkFields.checkU16(identifier);
    }

    /**
     * The flags byte of a request.
     *
     * @param connectionType what the sender says of its reachability
     * @param speaksNewStyle whether the sender says it understands the new style
     * @param adviceWanted whether the sender wants somebody introduced
     * @return the byte
     */
    public static int flags(ConnectionType connectionType, boolean speaksNewStyle, boolean adviceWanted) {
        return connectionType.bits()
                | WalkFields.bit(speaksNewStyle, SPEAKS_NEW_STYLE)
                | WalkFields.bit(adviceWanted, ADVICE_WANTED);
    }

    /** What the sender says of its reachability. */
    public ConnectionType connectionType() {
        return ConnectionType.of(flags);
    }

    /** Whether the sender says it understands the new style. A new-style request need not repeat it in this bit. */
    public boolean speaksNewStyle() {
        return (flags & SPEAKS_NEW_STYLE) != 0;
    }

    /** Whether the sender wants somebody introduced, as the bit travels. */
    public boolean adviceWanted() {
        return (flags & ADVICE_WANTED) != 0;
    }

    @Override
    public int messageId() {
        return style == WalkStyle.OLD ? WalkMessageId.INTRODUCTION_REQUEST : WalkMessageId.NEW_INTRODUCTION_REQUEST;
    }

    @Override
    public boolean signed() {
        return true;
    }
}
