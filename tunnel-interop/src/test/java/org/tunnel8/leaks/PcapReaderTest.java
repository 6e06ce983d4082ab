package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captures are read as tcpdump writes them, also while it does. */
class PcapReaderTest {
    private static final byte[] FRAME = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 8, 6};

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(folder.resolve("a.pcap"));
    }

    private void write(byte[] bytes) throws IOException {
        Files.write(file, bytes, StandardOpenOption.APPEND);
    }

    private static byte[] head(ByteOrder order, int linkType) {
        ByteBuffer out = ByteBuffer.allocate(24).order(order);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putLong(0);
        return out.putInt(256).putInt(linkType).array();
    }

    private static byte[] record(ByteOrder order, int seconds, int micros, int length, byte[] bytes) {
        ByteBuffer out = ByteBuffer.allocate(16 + bytes.length).order(order);
        out.putInt(seconds).putInt(micros).putInt(length).putInt(1500).put(bytes);
        return out.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE_ENDIAN", "BIG_ENDIAN"})
    void areReadInEitherOrderOfBytes(String name) throws IOException {
        ByteOrder order = name.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        PcapReader reader = new PcapReader(file);
        write(head(order, 1));
        write(record(order, 1_700_000_000, 250_000, FRAME.length, FRAME));
        write(record(order, 1_700_000_001, 0, FRAME.length, FRAME));
        List<Frame> frames = reader.read();
        assertThat(frames)
                .extracting(Frame::at)
                .containsExactly(
                        Instant.ofEpochSecond(1_700_000_000, 250_000_000), Instant.ofEpochSecond(1_700_000_001));
        assertThat(frames.get(0).source()).isEqualTo("02:02:02:02:02:02");
        assertThat(frames.get(0).target()).isEqualTo("01:01:01:01:01:01");
        assertThat(reader.read()).isEmpty();
    }

    @Test
    void areReadAsTheyGrowByteByByte() throws IOException {
        PcapReader reader = new PcapReader(file);
        byte[] one = record(ByteOrder.LITTLE_ENDIAN, 1, 0, FRAME.length, FRAME);
        int read = 0;
        byte[] head = head(ByteOrder.LITTLE_ENDIAN, 1);
        for (int i = 0; i < head.length; i++) {
            write(Arrays.copyOfRange(head, i, i + 1));
            read += reader.read().size();
        }
        for (int i = 0; i < 2 * one.length; i++) {
            write(Arrays.copyOfRange(one, i % one.length, i % one.length + 1));
            read += reader.read().size();
            assertThat(read).isEqualTo((i + 1) / one.length);
        }
    }

    @Test
    void areRefusedIfTheyAreNone() throws IOException {
        write(head(ByteOrder.LITTLE_ENDIAN, 113));
        assertThatThrownBy(() -> new PcapReader(file).read()).isInstanceOf(IOException.class);
    }

    @Test
    void areRefusedIfARecordClaimsMoreThanThereCanBe() throws IOException {
        write(head(ByteOrder.LITTLE_ENDIAN, 1));
        write(record(ByteOrder.LITTLE_ENDIAN, 1, 0, Integer.MAX_VALUE, FRAME));
        PcapReader reader = new PcapReader(file);
        assertThatThrownBy(reader::read).isInstanceOf(IOException.class);
    }
}
