package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;

/** Sizes that messages check in their constructors, so that a record that exists can be sent. */
final class FieldSizes {
    /** Info hashes and cookies. */
    static final int HASH_BYTES = 20;

    /** Proof of the ephemeral shared secret ({@code PROTOCOL.md §7}). */
    static final int AUTH_BYTES = 32;

    private FieldSizes() {}

    static void checkU8(int value) {
        check(value >= 0 && value <= 0xff, "number needs more than 8 bits");
    }

    static void checkU16(int value) {
        check(value >= 0 && value <= 0xffff, "number needs more than 16 bits");
    }

    static void checkCount(int count) {
        check(count <= 0xff, "more than 255 entries");
    }

    static void checkHash(ByteString hash) {
        check(hash.length() == HASH_BYTES, "a hash or cookie has 20 bytes");
    }

    static void checkAuth(ByteString auth) {
        check(auth.length() == AUTH_BYTES, "auth has 32 bytes");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
