package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BencodeTest {
    private static boolean isOneValue(String text) {
        byte[] bytes = ("<<" + text + ">>").getBytes(StandardCharsets.ISO_8859_1);
        return Bencode.isOneValue(bytes, 2, bytes.length - 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "i0e",
                "i-17e",
                "i9223372036854775807e",
                "0:",
                "3:abc",
                "le",
                "de",
                "l1:ai1ee",
                "d1:ai1e1:bl1:cee",
                "d8:intervali1800e5:peers6:abcdefe",
                "d1:b0:1:a0:e",
                "ld1:aleee",
                "llelee"
            })
    void takesOneWholeValue(String text) {
        assertThat(isOneValue(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "i",
                "ie",
                "i-e",
                "i-0e",
                "i01e",
                "i1",
                "i1.5e",
                "i99999999999999999999e",
                "3:ab",
                "03:abc",
                "99999999999:",
                "1",
                "1:",
                ":",
                "-1:a",
                "l",
                "d",
                "e",
                "lee",
                "d1:ae",
                "d1:a",
                "di1e1:ae",
                "dlei1ee",
                "d1:ai1ei2ee",
                "i1e\n",
                "0:0:",
                "d1:ai1ee<html>",
                "<html></html>",
                "4294967297:a",
                "x"
            })
    void refusesEverythingElse(String text) {
        assertThat(isOneValue(text)).isFalse();
    }

    @Test
    void takesDepthUpToItsLimitAndNeedsNoStackBeyond() {
        assertThat(isOneValue("l".repeat(64) + "e".repeat(64))).isTrue();
        assertThat(isOneValue("l".repeat(65) + "e".repeat(65))).isFalse();
        assertThat(isOneValue("l".repeat(60_000))).isFalse();
        assertThat(isOneValue("d1:a".repeat(60_000))).isFalse();
    }

    @Test
    void answersWhateverBytesCome() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] alphabet = "ilde0123456789:-ax".getBytes(StandardCharsets.ISO_8859_1);
        for (int run = 0; run < 50_000; run++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = alphabet[random.nextInt(alphabet.length)];
            }
            boolean taken = Bencode.isOneValue(bytes, 0, bytes.length);
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            longer[bytes.length] = 'e';
            assertThat(taken && Bencode.isOneValue(longer, 0, longer.length))
                    .as("seed %d, run %d", seed, run)
                    .isFalse();
        }
    }
}
