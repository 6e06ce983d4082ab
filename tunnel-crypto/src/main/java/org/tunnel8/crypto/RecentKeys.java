package org.tunnel8.crypto;

import org.jspecify.annotations.Nullable;

/**
 * Keys that were read lately, so that one that comes again, as nearly all do, is the same object: its mid and hash code are known, comparing it
 * is a look at the reference, and a point on a binary curve is not computed again.
 *
 * <p>Thread-safe without locks: what it holds is immutable, and who misses what another thread entered reads the key once more. Each
 * place holds the last key that belongs there, so that strangers' keys cost a bounded amount of memory, and no more time than none.
 */
final class RecentKeys {
    /** About 250 bytes each, 1 MiB if all are taken; the nodes that one talks to in an hour are some hundreds. */
    static final int PLACES = 1 << 12;

    private static final int PLACE_BYTES = 4;

    private final @Nullable PublicKey[] keys = new PublicKey[PLACES];

    @Nullable
    PublicKey find(byte[] buffer, int offset, int length) {
        PublicKey key = length < PLACE_BYTES ? null : keys[place(buffer, offset, length)];
        return key != null && key.sameBytes(buffer, offset, length) ? key : null;
    }

    void enter(PublicKey key, byte[] bytes) {
        keys[place(bytes, 0, bytes.length)] = key;
    }

    /** By the last bytes: what all keys of a kind have in common stands in front. */
    private static int place(byte[] buffer, int offset, int length) {
        int last = 0;
        for (int i = offset + length - PLACE_BYTES; i < offset + length; i++) {
            last = (last << 8) | (buffer[i] & 0xff);
        }
        return (last * 0x9e3779b9) >>> (Integer.SIZE - 12);
    }
}
