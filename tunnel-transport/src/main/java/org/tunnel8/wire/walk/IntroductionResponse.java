package org.tunnel8.wire.walk;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/**
 * Messages 245 and 233: the answer to a request, with at most one other node introduced. {@code PROTOCOL.md §4}.
 *
 * @param style which of the two messages it is; {@code OLD} holds IPv4 only
 * @param destination where the sender saw the request come from
 * @param sourceLan the sender's address in its own network, or {@code 0.0.0.0:0} (D19)
 * @param sourceWan the sender's address as others have told it
 * @param introducedLan the introduced node's address in its own network, or {@code 0.0.0.0:0}
 * @param introducedWan the introduced node's address, or {@code 0.0.0.0:0}
 * @param flags the flags byte as it travels; the accessors below tell its bits apart
 * @param identifier the request's
 * @param extra what the overlay adds: {@link PeerFlags} in tunnel overlays
 */
public record IntroductionResponse(
        WalkStyle style,
        IpAddress destination,
        IpAddress sourceLan,
        IpAddress sourceWan,
        IpAddress introducedLan,
        IpAddress introducedWan,
        int flags,
        int identifier,
        ByteString extra)
        implements WalkMessage {
    private static final int SPEAKS_NEW_STYLE = 0x10;
    private static final int INTRODUCED_SPEAKS_NEW_STYLE = 0x08;
    private static final int PEER_LIMIT_REACHED = 0x04;
    private static final int INTRODUCED_SPEAKS_NEW_STYLE_IN_NEW = 0x80;

    /** Checks that the fields can be sent. */
    public IntroductionResponse {
        style.check(destination);
        style.check(sourceLan);
        style.check(sourceWan);
        style.check(introducedLan);
        style.check(introducedWan);
        WalkFields.checkU8(flags);
        WalkFields.checkU16(identifier);
    }

    /**
     * The flags byte of an old-style response.
     *
     * @param connectionType what the sender says of its reachability
     * @param speaksNewStyle whether the sender understands the new style
     * @param introducedSpeaksNewStyle whether the introduced node does
     * @param peerLimitReached whether the sender has all the peers it wants
     * @return the byte
     */
    public static int oldFlags(
            ConnectionType connectionType,
            boolean speaksNewStyle,
            boolean introducedSpeaksNewStyle,
            boolean peerLimitReached) {
        return connectionType.bits()
                | WalkFields.bit(speaksNewStyle, SPEAKS_NEW_STYLE)
                | WalkFields.bit(introducedSpeaksNewStyle, INTRODUCED_SPEAKS_NEW_STYLE)
                | WalkFields.bit(peerLimitReached, PEER_LIMIT_REACHED);
    }

    /**
     * The flags byte of a new-style response.
     *
     * @param introducedSpeaksNewStyle whether the introduced node understands the new style
     * @return the byte
     */
    public static int newFlags(boolean introducedSpeaksNewStyle) {
        return WalkFields.bit(introducedSpeaksNewStyle, INTRODUCED_SPEAKS_NEW_STYLE_IN_NEW);
    }

    /** What the sender says of its reachability; new-style responses don't say. */
    public ConnectionType connectionType() {
        return style == WalkStyle.OLD ? ConnectionType.of(flags) : ConnectionType.UNKNOWN;
    }

    /** Whether the sender understands the new style: who answers in it does. */
    public boolean speaksNewStyle() {
        return style == WalkStyle.NEW || (flags & SPEAKS_NEW_STYLE) != 0;
    }

    /** Whether the introduced node understands the new style. */
    public boolean introducedSpeaksNewStyle() {
        int bit = style == WalkStyle.OLD ? INTRODUCED_SPEAKS_NEW_STYLE : INTRODUCED_SPEAKS_NEW_STYLE_IN_NEW;
        return (flags & bit) != 0;
    }

    /** Whether the sender has all the peers it wants; new-style responses don't say. */
    public boolean peerLimitReached() {
        return style == WalkStyle.OLD && (flags & PEER_LIMIT_REACHED) != 0;
    }

    /** Whether anybody is introduced. */
    public boolean introduces() {
        return !introducedLan.isUnspecified() || !introducedWan.isUnspecified();
    }

    @Override
    public int messageId() {
        return style == WalkStyle.OLD ? WalkMessageId.INTRODUCTION_RESPONSE : WalkMessageId.NEW_INTRODUCTION_RESPONSE;
    }

    @Override
    public boolean signed() {
        return true;
    }
}
