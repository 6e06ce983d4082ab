package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.stream.UtpPacket.Reading;

/** The header of BEP 29, byte for byte. */
class UtpPacketTest {
    private final UtpPacket packet = new UtpPacket();

    private Reading read(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        byte[] shifted = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, shifted, 5, bytes.length);
        return packet.read(shifted, 5, bytes.length);
    }

    @Test
    void readsEveryFieldOfASyn() {
        assertThat(read("41 00 d2f1 6a5b4c3d 00000000 00100000 0001 0000")).isEqualTo(Reading.WHOLE);
        assertThat(packet.type()).isEqualTo(UtpPacket.SYN);
        assertThat(packet.connectionId()).isEqualTo(0xd2f1);
        assertThat(packet.timestampMicros()).isEqualTo(0x6a5b4c3d);
        assertThat(packet.differenceMicros()).isZero();
        assertThat(packet.windowBytes()).isEqualTo(1 << 20);
        assertThat(packet.number()).isEqualTo(1);
        assertThat(packet.acknowledged()).isZero();
        assertThat(packet.sackBits()).isZero();
        assertThat(packet.payloadBytes()).isZero();
    }

    @Test
    void readsSelectiveAcknowledgementsAndSkipsWhatItDoesNotKnow() {
        assertThat(read("21 02 0001 00000001 00000002 80000000 ffff fffe"
                        + " 01 03 aabbcc" // unknown, three bytes; next is selective
                        + " 00 04 05000080"
                        + " 68690a"))
                .isEqualTo(Reading.WHOLE);
        assertThat(packet.type()).isEqualTo(UtpPacket.STATE);
        assertThat(packet.windowBytes()).as("beyond an int").isEqualTo(Integer.MAX_VALUE);
        assertThat(packet.sackBits()).isEqualTo(32);
        for (int bit = 0; bit < 32; bit++) {
            assertThat(packet.isSacked(bit)).as("bit %d", bit).isEqualTo(bit == 0 || bit == 2 || bit == 31);
        }
        assertThat(packet.payloadBytes()).isEqualTo(3);
        assertThat(packet.buffer()[packet.payloadOffset()]).isEqualTo((byte) 'h');
    }

    /** Recorded between two libtorrent 2.0.8, with three datagrams dropped on the way. */
    @ParameterizedTest
    @CsvSource({
        "SYN, 41009fb04f6ebef40000000000000000fcfc0000, 4, 40880, 64764, 0, 0, 0, 0",
        "answer to it, 21009fb04f6ec6610000073c001000001c86fcfc, 2, 40880, 7302, 64764, 1048576, 0, 0",
        "first data of the other side, 01009fb04f6ee05f0000002e001000001c86fcfd13426974, 0, 40880, 7302, 64765, 1048576, 0, 4",
        "one is missing, 21019fb14f6f112700000013000ffa12fcff1c89000103, 2, 40881, 64767, 7305, 1047058, 8, 0",
        "three have come behind it, 21019fb14f6f114c00000014000ff16ffcff1c8900012b, 2, 40881, 64767, 7305, 1044847, 8, 0",
        "FIN with a reason, 11039fb04f6f4cc100000047001000001d63fd0e000400000006, 1, 40880, 7523, 64782, 1048576, 0, 0",
        "STATE with a reason, 21039fb14f6f4ce80000002700100000fd0f1d63000400000006, 2, 40881, 64783, 7523, 1048576, 0, 0"
    })
    void readsWhatLibtorrentSends(
            String what,
            String hex,
            int type,
            int id,
            int number,
            int acknowledged,
            int window,
            int bits,
            int payload) {
        assertThat(read(hex)).as(what).isEqualTo(Reading.WHOLE);
        assertThat(packet.type()).as(what).isEqualTo(type);
        assertThat(packet.connectionId()).as(what).isEqualTo(id);
        assertThat(packet.number()).as(what).isEqualTo(number);
        assertThat(packet.acknowledged()).as(what).isEqualTo(acknowledged);
        assertThat(packet.windowBytes()).as(what).isEqualTo(window);
        assertThat(packet.sackBits()).as(what).isEqualTo(bits);
        assertThat(packet.payloadBytes()).as(what).isEqualTo(payload);
        if (packet.sackBits() == 0 && packet.payloadBytes() == 0 && hex.length() == 2 * UtpPacket.HEADER_BYTES) {
            byte[] again = new byte[UtpPacket.HEADER_BYTES];
            UtpPacket.write(
                    again,
                    0,
                    type,
                    0,
                    id,
                    packet.timestampMicros(),
                    packet.differenceMicros(),
                    window,
                    number,
                    acknowledged);
            assertThat(HexFormat.of().formatHex(again)).isEqualTo(hex);
        }
    }

    @Test
    void writesWhatItReads() {
        byte[] bytes = new byte[30];
        UtpPacket.write(bytes, 4, UtpPacket.DATA, 0, 0x1_2345, -2, 7, 99, 0x5_ffff, 0x5_0000);
        assertThat(HexFormat.of().formatHex(bytes, 4, 24)).isEqualTo("01002345fffffffe0000000700000063ffff0000");
        assertThat(packet.read(bytes, 4, 26)).isEqualTo(Reading.WHOLE);
        assertThat(packet.number()).isEqualTo(0xffff);
        assertThat(packet.payloadBytes()).isEqualTo(6);
    }

    @Test
    void takesAMeasurementOfTheLargestIntForNone() {
        read("21 00 0001 00000001 7fffffff 00000000 0001 0001");
        assertThat(packet.differenceMicros()).isZero();
    }

    @Test
    void refusesOtherVersionsTypesAndLengths() {
        assertThat(read("")).isEqualTo(Reading.NOT_UTP);
        assertThat(read("41 00 d2f1 6a5b4c3d 00000000 00100000 0001 00")).isEqualTo(Reading.NOT_UTP);
        assertThat(read("42 00 d2f1 6a5b4c3d 00000000 00100000 0001 0000")).isEqualTo(Reading.NOT_UTP);
        assertThat(read("51 00 d2f1 6a5b4c3d 00000000 00100000 0001 0000")).isEqualTo(Reading.NOT_UTP);
    }

    @Test
    void refusesExtensionsThatReachBeyondTheEnd() {
        String header = "21 01 0001 00000001 00000002 00000003 0004 0005 ";
        assertThat(read(header)).isEqualTo(Reading.MALFORMED);
        assertThat(read(header + "00")).isEqualTo(Reading.MALFORMED);
        assertThat(read(header + "00 04 000000")).isEqualTo(Reading.MALFORMED);
        assertThat(read(header + "02 00")).isEqualTo(Reading.MALFORMED);
        assertThat(read(header + "00 00")).isEqualTo(Reading.WHOLE);
    }

    @Test
    void readsAnythingWithoutThrowing() {
        long seed = Long.getLong("tunnel8.seed", 29);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = (byte) (random.nextInt(5) << 4 | 1);
                bytes[1] = (byte) random.nextInt(3);
            }
            if (packet.read(bytes, 0, bytes.length) == Reading.WHOLE) {
                assertThat(packet.payloadOffset() + packet.payloadBytes()).isEqualTo(bytes.length);
                for (int bit = 0; bit < packet.sackBits(); bit++) {
                    packet.isSacked(bit);
                }
            }
        }
    }

    @Test
    void findsTheWholeNumberNearestToOneThatIsKnown() {
        assertThat(UtpPacket.whole(5, 65_530)).isEqualTo(65_541);
        assertThat(UtpPacket.whole(65_530, 65_541)).isEqualTo(65_530);
        assertThat(UtpPacket.whole(0, 3 * 65_536 - 1)).isEqualTo(3 * 65_536);
        assertThat(UtpPacket.whole(40_000, 65_536)).isEqualTo(40_000);
    }
}
