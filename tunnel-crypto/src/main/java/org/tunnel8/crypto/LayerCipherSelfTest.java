package org.tunnel8.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/** Decides whether a layer cipher can be trusted on this machine, and how fast it is here. */
final class LayerCipherSelfTest {
    /** Plaintext of RFC 8439 §2.8.2. */
    private static final byte[] PLAINTEXT =
            ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
                            + "for the future, sunscreen would be it.")
                    .getBytes(StandardCharsets.US_ASCII);

    /** Salt and counter that make up the nonce of RFC 8439 §2.8.2. */
    private static final byte[] SALT = HexFormat.of().parseHex("07000000");

    private static final long COUNTER = 0x4041424344454647L;

    /** Ciphertext of RFC 8439 §2.8.2; the tag is that of the same without additional data, which layers have none of. */
    private static final byte[] SEALED = HexFormat.of()
            .parseHex("4041424344454647"
                    + "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                    + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                    + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                    + "3ff4def08e4b7a9de576d26586cec64b6116"
                    + "6a23a4681fd59456aea1d29f82477216");

    /** Every step with the nonce that the step before it had. */
    private static final int ROUNDS = 2;

    private static final int MARGIN_BYTES = 3;
    private static final byte FILLING = 0x55;

    /** A full packet, as most of a circuit's are. */
    private static final int TIMED_BYTES = 1400;

    private static final int BATCH_LAYERS = 32;

    /** Enough for the compiler to have seen the cipher's inner loops. */
    private static final int MOST_BATCHES = 60;

    private static final int LEAST_BATCHES = 4;

    /** Bounds what a slow provider adds to the start of a program. */
    private static final long BUDGET_NANOS = 150_000_000;

    private LayerCipherSelfTest() {}

    /**
     * Whether a provider's ciphers do what the protocol needs: the known answer, in place and within the layer's bounds,
     * changed layers refused, and one nonce several times in a row.
     */
    static boolean passes(LayerCipherProvider provider) {
        try {
            LayerCipher cipher = provider.create();
            LayerKey key = key();
            for (int round = 0; round < ROUNDS; round++) {
                if (!sealsTheKnownAnswer(cipher, key)
                        || !opensTheKnownAnswer(cipher, key)
                        || !refusesChangedLayers(cipher, key)) {
                    return false;
                }
            }
            return opensTheKnownAnswer(cipher, key) && refusesChangedLayers(cipher, key);
        } catch (RuntimeException | LinkageError broken) {
            return false;
        }
    }

    /**
     * The time of one layer, sealed or opened, of a full packet: the best of several batches, so that neither a cold
     * start nor a busy machine counts.
     */
    static long nanosPerLayer(LayerCipherProvider provider, LongSupplier nanoClock) {
        LayerCipher cipher = provider.create();
        LayerKey key = key();
        byte[] buffer = new byte[TIMED_BYTES + LayerCipher.OVERHEAD_BYTES];
        long best = Long.MAX_VALUE;
        long begin = nanoClock.getAsLong();
        long now = begin;
        long counter = 0;
        for (int batch = 0; batch < MOST_BATCHES && (batch < LEAST_BATCHES || now - begin < BUDGET_NANOS); batch++) {
            long batchBegin = now;
            for (int layer = 0; layer < BATCH_LAYERS; layer += 2) {
                cipher.seal(key, counter++, buffer, LayerCipher.COUNTER_BYTES, TIMED_BYTES);
                cipher.open(key, buffer, 0, buffer.length);
            }
            now = nanoClock.getAsLong();
            best = Math.min(best, now - batchBegin);
        }
        key.destroy();
        return best / BATCH_LAYERS;
    }

    private static LayerKey key() {
        byte[] key = new byte[LayerKey.KEY_BYTES];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (0x80 + i);
        }
        return LayerKey.of(key, SALT);
    }

    private static byte[] margins(byte[] middle, int middleOffset) {
        byte[] buffer = new byte[MARGIN_BYTES + SEALED.length + MARGIN_BYTES];
        Arrays.fill(buffer, FILLING);
        System.arraycopy(middle, 0, buffer, middleOffset, middle.length);
        return buffer;
    }

    private static boolean sealsTheKnownAnswer(LayerCipher cipher, LayerKey key) {
        int offset = MARGIN_BYTES + LayerCipher.COUNTER_BYTES;
        byte[] buffer = margins(PLAINTEXT, offset);
        cipher.seal(key, COUNTER, buffer, offset, PLAINTEXT.length);
        return Arrays.equals(buffer, margins(SEALED, MARGIN_BYTES));
    }

    private static boolean opensTheKnownAnswer(LayerCipher cipher, LayerKey key) {
        int offset = MARGIN_BYTES + LayerCipher.COUNTER_BYTES;
        byte[] buffer = margins(SEALED, MARGIN_BYTES);
        return cipher.open(key, buffer, MARGIN_BYTES, SEALED.length) == PLAINTEXT.length
                && Arrays.equals(buffer, offset, offset + PLAINTEXT.length, PLAINTEXT, 0, PLAINTEXT.length)
                && Arrays.equals(buffer, 0, MARGIN_BYTES, margins(SEALED, MARGIN_BYTES), 0, MARGIN_BYTES);
    }

    private static boolean refusesChangedLayers(LayerCipher cipher, LayerKey key) {
        for (int changed : new int[] {0, LayerCipher.COUNTER_BYTES, SEALED.length - 1}) {
            byte[] buffer = margins(SEALED, MARGIN_BYTES);
            buffer[MARGIN_BYTES + changed] ^= 1;
            if (cipher.open(key, buffer, MARGIN_BYTES, SEALED.length) != -1) {
                return false;
            }
        }
        return true;
    }
}
