package org.tunnel8.exit;

/**
 * Tells whether bytes are bencoded (BEP 3): what exits ask of the body of an HTTP reply (PROTOCOL.md §13).
 *
 * <p>Strict in everything but the order of a dictionary's keys, which deployed trackers get wrong. Needs no memory in
 * proportion to what it reads, and no stack. Thread-safe: functions only.
 */
final class Bencode {
    /** Lists and dictionaries within each other; a tracker's answer has three. */
    static final int MAX_DEPTH = 64;
    /** Digits of an integer: enough for 64 bits and a sign. */
    private static final int MAX_INTEGER_DIGITS = 19;
    /** Digits of a string's length; what is longer does not fit into a reply. */
    private static final int MAX_LENGTH_DIGITS = 9;

    private static final int NO = -1;

    private Bencode() {}

    /**
     * Tells whether a piece of a buffer is one bencoded value and nothing else.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param end the index behind its last byte
     * @return true if so
     */
    static boolean isOneValue(byte[] buffer, int offset, int end) {
        boolean[] isDictionary = new boolean[MAX_DEPTH];
        boolean[] isKeyNext = new boolean[MAX_DEPTH];
        int depth = 0;
        int at = offset;
        do {
            if (at >= end) {
                return false;
            }
            int lead = buffer[at];
            boolean inDictionary = depth > 0 && isDictionary[depth - 1];
            if (depth > 0 && lead == 'e') {
                if (inDictionary && !isKeyNext[depth - 1]) {
                    return false;
                }
                depth--;
                at++;
                continue;
            }
            if (inDictionary) {
                if (isKeyNext[depth - 1] && !isDigit(lead)) {
                    return false;
                }
                isKeyNext[depth - 1] = !isKeyNext[depth - 1];
            }
            if (lead == 'l' || lead == 'd') {
                if (depth == MAX_DEPTH) {
                    return false;
                }
                isDictionary[depth] = lead == 'd';
                isKeyNext[depth] = true;
                depth++;
                at++;
            } else {
                at = lead == 'i' ? endOfInteger(buffer, at + 1, end) : endOfString(buffer, at, end);
                if (at == NO) {
                    return false;
                }
            }
        } while (depth > 0);
        return at == end;
    }

    private static int endOfInteger(byte[] buffer, int offset, int end) {
        boolean negative = offset < end && buffer[offset] == '-';
        int first = negative ? offset + 1 : offset;
        int after = endOfDigits(buffer, first, end, MAX_INTEGER_DIGITS);
        if (after == NO || after >= end || buffer[after] != 'e') {
            return NO;
        }
        boolean isMinusZero = negative && buffer[first] == '0';
        return isMinusZero ? NO : after + 1;
    }

    private static int endOfString(byte[] buffer, int offset, int end) {
        int colon = endOfDigits(buffer, offset, end, MAX_LENGTH_DIGITS);
        if (colon == NO || colon >= end || buffer[colon] != ':') {
            return NO;
        }
        int length = 0;
        for (int i = offset; i < colon; i++) {
            length = 10 * length + buffer[i] - '0';
        }
        return length > end - colon - 1 ? NO : colon + 1 + length;
    }

    /** The index behind a number without leading zeros. */
    private static int endOfDigits(byte[] buffer, int offset, int end, int maxDigits) {
        int at = offset;
        while (at < end && at - offset <= maxDigits && isDigit(buffer[at])) {
            at++;
        }
        int digits = at - offset;
        boolean hasLeadingZero = digits > 1 && buffer[offset] == '0';
        return digits == 0 || digits > maxDigits || hasLeadingZero ? NO : at;
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }
}
