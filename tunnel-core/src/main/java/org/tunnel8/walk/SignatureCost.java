package org.tunnel8.walk;

import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireNumbers;

/**
 * What it costs at most to look at a packet, told before anything is decoded: the check of its signature.
 *
 * <p>In units of the check of a usual key's, which takes 100 to 200 microseconds. The binary curves cost up to eight times
 * as much, and part of that when the key is read already. Thread-safe: functions only.
 */
final class SignatureCost {
    /** The most that one packet costs. */
    static final int MAX_UNITS = 8;

    /** Where the length of the sender's key stands in packets that are signed. */
    private static final int KEY_LENGTH_OFFSET = CommunityId.PREFIX_BYTES + 1;

    private static final int SECT233_KEY_BYTES = 84;
    private static final int SECT409_KEY_BYTES = 128;

    private SignatureCost() {}

    /**
     * The cost of a packet.
     *
     * @return 1 to {@link #MAX_UNITS}; for packets without a signature 1
     */
    static int of(byte[] buffer, int offset, int length) {
        if (length < KEY_LENGTH_OFFSET + 2) {
            return 1;
        }
        int at = offset + KEY_LENGTH_OFFSET;
        int keyBytes = WireNumbers.u16(buffer, at);
        if (keyBytes <= PublicKey.USUAL_LENGTH_BYTES) {
            return 1; // sect163k1 costs the same
        } else if (keyBytes <= SECT233_KEY_BYTES) {
            return 2;
        }
        // A length may say more than there is, and the key be found shorter: it is then of no kind.
        return keyBytes <= SECT409_KEY_BYTES ? MAX_UNITS / 2 : MAX_UNITS;
    }
}
