package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.cell.HttpResponse;

/**
 * Puts the parts of one answer together, in whatever order they come (PROTOCOL.md §13).
 *
 * <p>The first part fixes how many there are. Engine thread only.
 */
final class HttpParts {
    /** Parts of one answer: at the 1,400 bytes of the network, more than {@link #MAX_BYTES} takes. */
    static final int MAX_PARTS = 256;
    /** Bytes of one answer. The Rust data path's end at 65,535; py-ipv8's experiments send more. */
    static final int MAX_BYTES = 256 * 1_024;

    private @Nullable ByteString @Nullable [] parts;
    private int missing;
    private int bytes;

    /** What a part did to the answer. */
    enum Outcome {
        /** More parts are needed. */
        ADDED,
        /** All parts are there. */
        COMPLETE,
        /** It was there before. */
        DUPLICATE,
        /** It contradicts the parts before it, itself, or the limits. */
        REFUSED
    }

    Outcome add(HttpResponse response) {
        if (response.total() < 1 || response.total() > MAX_PARTS || response.part() >= response.total()) {
            return Outcome.REFUSED;
        }
        @Nullable ByteString[] all = parts;
        if (all == null) {
            all = new ByteString[response.total()];
            parts = all;
            missing = all.length;
        }
        if (all.length != response.total()) {
            return Outcome.REFUSED;
        }
        ByteString before = all[response.part()];
        if (before != null) {
            return before.equals(response.chunk()) ? Outcome.DUPLICATE : Outcome.REFUSED;
        }
        if (response.chunk().length() > MAX_BYTES - bytes) {
            return Outcome.REFUSED;
        }
        all[response.part()] = response.chunk();
        bytes += response.chunk().length();
        missing--;
        return missing == 0 ? Outcome.COMPLETE : Outcome.ADDED;
    }

    /** The whole answer; all parts must be there. */
    ByteString whole() {
        byte[] whole = new byte[bytes];
        int at = 0;
        if (parts != null) {
            for (ByteString part : parts) {
                if (part == null) {
                    throw new IllegalStateException("a part is missing");
                }
                part.put(whole, at);
                at += part.length();
            }
        }
        return ByteString.of(whole);
    }
}
