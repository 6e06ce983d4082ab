package org.tunnel8.wire.walk;

/** What the constructors of walker messages insist on, so that a record that exists can be sent. */
final class WalkFields {
    private WalkFields() {}

    static void checkU16(int value) {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException("number needs more than 16 bits");
        }
    }

    static void checkU8(int value) {
        if (value < 0 || value > 0xff) {
            throw new IllegalArgumentException("number needs more than 8 bits");
        }
    }

    static int bit(boolean set, int bit) {
        return set ? bit : 0;
    }
}
