package org.tunnel8.wire;

/** Checks text in place, so that a lazily decoded name is known to be decodable without loss. */
final class Utf8 {
    private static final int LOWEST_OF_THREE = 0x800;
    private static final int LOWEST_OF_FOUR = 0x10000;
    private static final int HIGHEST = 0x10ffff;

    private Utf8() {}

    /** Whether the bytes are well-formed UTF-8 (RFC 3629): shortest forms only, no surrogates. */
    static boolean isValid(byte[] buffer, int offset, int length) {
        int end = offset + length;
        int i = offset;
        while (i < end) {
            int lead = buffer[i++];
            if (lead >= 0) {
                continue;
            }
            int following = following(lead & 0xff);
            if (following == 0 || following > end - i) {
                return false;
            }
            int codePoint = lead & (0x3f >> following);
            for (int k = 0; k < following; k++) {
                int next = buffer[i++];
                if ((next & 0xc0) != 0x80) {
                    return false;
                }
                codePoint = (codePoint << 6) | (next & 0x3f);
            }
            if (!isShortest(codePoint, following) || (codePoint >= 0xd800 && codePoint <= 0xdfff)) {
                return false;
            }
        }
        return true;
    }

    private static int following(int lead) {
        if (lead >= 0xc2 && lead <= 0xdf) {
            return 1;
        }
        if (lead >= 0xe0 && lead <= 0xef) {
            return 2;
        }
        return lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    }

    private static boolean isShortest(int codePoint, int following) {
        return switch (following) {
            case 2 -> codePoint >= LOWEST_OF_THREE;
            case 3 -> codePoint >= LOWEST_OF_FOUR && codePoint <= HIGHEST;
            default -> true;
        };
    }
}
