package org.tunnel8.wire.walk;

import org.tunnel8.wire.ByteString;

/**
 * Message 246 as the discovery overlay reads it where it can: with the wish to be introduced to a certain node in front. {@code PROTOCOL.md §4}.
 *
 * <p>The reference never honours the wish. It also reads every plain request with 21 or more extra bytes this way, so that all fields
 * are off by 21 bytes there.
 *
 * @param marker the first byte; {@code Y} where the form is meant
 * @param mid 20 bytes that name the node asked for
 * @param request the old-style request that follows
 */
public record IntroduceToRequest(int marker, ByteString mid, IntroductionRequest request) implements WalkMessage {
    /** What this form adds in front of a request. */
    static final int LEADING_BYTES = 21;

    static final int MID_BYTES = 20;

    /** Checks that the fields can be sent. */
    public IntroduceToRequest {
        WalkFields.checkU8(marker);
        if (mid.length() != MID_BYTES) {
            throw new IllegalArgumentException("a mid has 20 bytes");
        }
        if (request.style() != WalkStyle.OLD) {
            throw new IllegalArgumentException("this form exists in the old style only");
        }
    }

    @Override
    public int messageId() {
        return WalkMessageId.INTRODUCTION_REQUEST;
    }

    @Override
    public int identifier() {
        return request.identifier();
    }

    @Override
    public boolean signed() {
        return true;
    }
}
