package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 keys that are known to be points of the prime-order group, with the points: to find that out takes as long as to
 * check a signature, and is the same each time. Only keys under which a signature was right are put in.
 *
 * <p>Holds {@value #PLACES} keys at most; one takes the place of another whose first bits are the same. Thread-safe.
 */
final class ProvenKeys {
    static final int PLACES = 1 << 12;

    private final AtomicReferenceArray<@Nullable ProvenKey> places = new AtomicReferenceArray<>(PLACES);

    private static final class ProvenKey {
        private final byte[] bytes;
        private final PublicPoint point;

        ProvenKey(byte[] bytes, PublicPoint point) {
            this.bytes = bytes;
            this.point = point;
        }
    }

    /** The point of a key that was put in and is still there; else null. */
    @Nullable
    PublicPoint point(byte[] buffer, int offset) {
        ProvenKey there = places.get(place(buffer, offset));
        boolean isIt = there != null
                && Arrays.equals(there.bytes, 0, there.bytes.length, buffer, offset, offset + Ed25519.PUBLIC_KEY_SIZE);
        return isIt ? there.point : null;
    }

    void add(byte[] buffer, int offset, PublicPoint point) {
        byte[] bytes = Arrays.copyOfRange(buffer, offset, offset + Ed25519.PUBLIC_KEY_SIZE);
        places.set(place(buffer, offset), new ProvenKey(bytes, point));
    }

    private static int place(byte[] buffer, int offset) {
        return ((buffer[offset] & 0xff) << 8 | (buffer[offset + 1] & 0xff)) & (PLACES - 1);
    }
}
