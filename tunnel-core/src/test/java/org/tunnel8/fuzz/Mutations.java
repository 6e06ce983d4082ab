package org.tunnel8.fuzz;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.tunnel8.wire.CommunityId;

/** Makes a datagram into a slightly or wholly wrong one. */
final class Mutations {
    /** No datagram is larger when it reaches an engine (D4). */
    static final int MAX_BYTES = 8_192;

    private static final int[] TELLING_NUMBERS = {
        0, 1, 2, 0x3f, 0x40, 0x49, 0x4a, 0x4b, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff
    };
    /** Where the key's length, the key, a circuit id, flags and a cell's message stand. */
    private static final int[] TELLING_OFFSETS = {0, 1, 2, 22, 23, 24, 25, 27, 28, 29, 30, 31, 33, 99, 107};

    private final RandomGenerator random;
    private final Supplier<byte[]> others;

    /** Mutates with the help of other datagrams, parts of which are mixed in. */
    Mutations(RandomGenerator random, Supplier<byte[]> others) {
        this.random = random;
        this.others = others;
    }

    /** A changed copy. */
    byte[] mutated(byte[] sample) {
        byte[] bytes = sample.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            bytes = once(bytes);
        }
        return bytes.length > MAX_BYTES ? Arrays.copyOf(bytes, MAX_BYTES) : bytes;
    }

    private byte[] once(byte[] bytes) {
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        int most = Math.min(1 + random.nextInt(64), bytes.length - at);
        return switch (random.nextInt(11)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> extended(bytes, random.nextInt(50) == 0 ? random.nextInt(MAX_BYTES) : 1 + random.nextInt(64));
            case 2 -> flipped(bytes);
            case 3 -> overwritten(bytes, at, randomBytes(most));
            case 4 -> number(bytes, at);
            case 5 -> number(bytes, TELLING_OFFSETS[random.nextInt(TELLING_OFFSETS.length)]);
            case 6 -> spliced(bytes, at);
            case 7 -> concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + most, bytes.length));
            case 8 -> concat(Arrays.copyOf(bytes, at + most), Arrays.copyOfRange(bytes, at, bytes.length));
            case 9 -> overwritten(bytes, CommunityId.PREFIX_BYTES, randomBytes(1));
            default ->
                overwritten(
                        bytes,
                        TELLING_OFFSETS[random.nextInt(TELLING_OFFSETS.length)],
                        randomBytes(1 + random.nextInt(4)));
        };
    }

    private byte[] extended(byte[] bytes, int more) {
        return concat(bytes, randomBytes(more));
    }

    private byte[] flipped(byte[] bytes) {
        for (int i = random.nextInt(8); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** Puts a number that often stands at a border where two bytes of length may be. */
    private byte[] number(byte[] bytes, int at) {
        int number = TELLING_NUMBERS[random.nextInt(TELLING_NUMBERS.length)];
        return overwritten(bytes, at, new byte[] {(byte) (number >> 8), (byte) number});
    }

    private byte[] spliced(byte[] bytes, int at) {
        byte[] other = others.get();
        int from = other.length == 0 ? 0 : random.nextInt(other.length);
        return concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, from, other.length));
    }

    private static byte[] overwritten(byte[] bytes, int at, byte[] with) {
        if (at + with.length <= bytes.length) {
            System.arraycopy(with, 0, bytes, at, with.length);
        }
        return bytes;
    }

    static byte[] concat(byte[] head, byte[] tail) {
        byte[] both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }

    byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
