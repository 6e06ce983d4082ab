package org.tunnel8.crypto;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The short name under which a member appears in messages and logs: stable within one run, unrelated between runs, so
 * that a log gives nobody's identity away (D12).
 */
final class PeerLabel {
    private static final int SALT_BYTES = 16;
    private static final int SHOWN_BYTES = 4;
    private static final byte[] SALT = salt();

    private PeerLabel() {}

    private static byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return salt;
    }

    static String of(byte[] mid) {
        return "peer-" + HexFormat.of().formatHex(Digests.hmacSha256(SALT, mid), 0, SHOWN_BYTES);
    }
}
