package org.tunnel8.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WireReaderTest {
    @Test
    void readsNothingBeyondItsPiece() throws Exception {
        WireReader reader = new WireReader(new byte[10], 2, 3);
        reader.u16();

        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(reader::u16);
        assertThat(reader.remaining()).isEqualTo(1);
        assertThat(reader.position()).isEqualTo(4);
        reader.u8();
        reader.expectEnd();
    }

    @Test
    void endsALastFieldWhereTheBytesEnd() throws Exception {
        WireReader reader = new WireReader(new byte[] {(byte) 0xff, (byte) 0xff, 7}, 0, 3);

        assertThat(reader.varlenH()).isEqualTo(ByteString.of(new byte[] {7}));
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(reader::u8);
    }

    @Test
    void keepsANestedPayloadWithinItsLength() throws Exception {
        WireReader reader = new WireReader(new byte[] {0, 1, 5, 6}, 0, 4);
        WireReader nested = reader.nested();

        assertThat(nested.u8()).isEqualTo(5);
        assertThat(nested.remaining()).isZero();
        assertThat(reader.u8()).isEqualTo(6);
    }

    @Test
    void readsWhatTheWriterWrote() throws Exception {
        WireWriter writer = new WireWriter(40);
        writer.u8(0xfe);
        writer.u16(0xfedc);
        writer.u32(0xfedcba98);
        writer.u64(0xfedcba9876543210L);
        writer.varlenH(ByteString.of(new byte[] {1, 2}));
        byte[] bytes = writer.toByteArray();
        WireReader reader = new WireReader(bytes, 0, bytes.length);

        assertThat(reader.u8()).isEqualTo(0xfe);
        assertThat(reader.u16()).isEqualTo(0xfedc);
        assertThat(reader.u32()).isEqualTo(0xfedcba98);
        assertThat(reader.u64()).isEqualTo(0xfedcba9876543210L);
        assertThat(reader.varlenH().toBytes()).containsExactly(1, 2);
        reader.expectEnd();
    }

    @Test
    void writesNothingBeyondTheRoomThereIs() {
        byte[] buffer = new byte[8];
        WireWriter writer = new WireWriter(buffer, 2, 3);
        writer.u16(0x0101);

        assertThatExceptionOfType(BufferOverflowException.class).isThrownBy(() -> writer.u16(0x0202));
        assertThat(buffer).containsExactly(0, 0, 1, 1, 0, 0, 0, 0);
        assertThat(writer.length()).isEqualTo(2);
        assertThatIllegalArgumentException().isThrownBy(() -> writer.u8(256));
        assertThatIllegalArgumentException().isThrownBy(() -> writer.u16(-1));
    }

    @Test
    void judgesUtf8AsTheDecoderDoes() {
        SplittableRandom random = new SplittableRandom(5);
        int[] leads = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff};
        int[] next = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0};
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(6)];
            for (int i = 0; i < bytes.length; i++) {
                int[] from = random.nextInt(3) == 0 ? leads : next;
                bytes[i] = (byte) from[random.nextInt(from.length)];
            }
            assertThat(Utf8.isValid(bytes, 0, bytes.length))
                    .as("%s", ByteBuffer.wrap(bytes))
                    .isEqualTo(decodes(bytes));
        }
    }

    private static boolean decodes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
