package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.proxy.UdpHeader.Verdict;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

class UdpHeaderTest {
    private static final int FRONT = 300;

    private final UdpHeader header = new UdpHeader();

    @ParameterizedTest
    @CsvSource({
        "00000001010203041ae1, 1.2.3.4, 6881",
        "000000010a000001ffff, 10.0.0.1, 65535",
        "00000004 20010db8000000000000000000000001 0050, 2001:db8::1, 80",
        "00000003 0b 6578616d706c652e6f7267 1f90, example.org, 8080",
        "00000003 01 78 0001, x, 1",
        "00000003 07 62c3bc63686572 0035, bücher, 53",
    })
    void readsAndWritesTheSameBytes(String hex, String host, int port) {
        byte[] bytes = bytes(hex);
        byte[] datagram = Arrays.copyOf(bytes, bytes.length + 5);
        assertThat(header.read(datagram, 0, datagram.length)).isEqualTo(Verdict.ACCEPTED);
        assertThat(header.target()).isEqualTo(Address.parse(host, port));
        assertThat(header.length()).isEqualTo(bytes.length);

        byte[] buffer = new byte[FRONT];
        int start = header.write(buffer, FRONT, header.target());
        assertThat(Arrays.copyOfRange(buffer, start, FRONT)).isEqualTo(bytes);
    }

    @Test
    void readsTheTextOfAnAddressAsTheAddress() {
        accept("00000003 07 312e322e332e34 0050");
        assertThat(header.target()).isEqualTo(Address.parse("1.2.3.4", 80)).isInstanceOf(IpAddress.class);
    }

    @Test
    void takesAMappedAddressForTheIpv4HostThatItNames() {
        accept("00000004 00000000000000000000ffff01020304 0050");
        assertThat(header.target()).isEqualTo(Address.parse("1.2.3.4", 80));
    }

    @Test
    void readsTheLongestName() {
        String name = "n".repeat(255);
        byte[] datagram =
                bytes("00000003 ff " + HexFormat.of().formatHex(name.getBytes(StandardCharsets.US_ASCII)) + "0050");
        assertThat(datagram).hasSize(UdpHeader.MAX_BYTES);
        assertThat(header.read(datagram, 0, datagram.length)).isEqualTo(Verdict.ACCEPTED);
        assertThat(header.target()).isEqualTo(new HostAddress(name, 80));
        assertThat(header.write(new byte[FRONT], FRONT, header.target())).isEqualTo(FRONT - UdpHeader.MAX_BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "000000",
                "00000001",
                "0000000101020304",
                "000000010102030400",
                "00000004 20010db8000000000000000000000001 00",
                "00000003",
                "0000000300",
                "00000003 0b 6578616d706c652e6f7267 1f",
                "00000003 ff 6578616d706c652e6f7267 1f90",
                "00000003 00 1f90",
                "00000002 01020304 1ae1",
                "00000000 01020304 1ae1",
                "000000ff 01020304 1ae1",
                "00010001 01020304 1ae1",
                "01000001 01020304 1ae1",
                "00000001 01020304 0000",
                "00000003 03 612062 0050",
                "00000003 03 61 00 62 0050",
                "00000003 03 617f62 0050",
                "00000003 03 61c362 0050",
                "00000003 02 c080 0050",
                "00000003 03 eda080 0050",
            })
    void refusesWhatIsNoHeader(String hex) {
        byte[] bytes = bytes(hex);
        assertThat(header.read(bytes, 0, bytes.length)).isEqualTo(Verdict.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000101010203041ae1", "0000ff01010203041ae1", "0000800300"})
    void tellsAFragment(String hex) {
        byte[] bytes = bytes(hex);
        assertThat(header.read(bytes, 0, bytes.length)).isEqualTo(Verdict.FRAGMENT);
    }

    @Test
    void readsNothingBeyondTheDatagram() {
        byte[] buffer = bytes("ffff 00000001 01020304 1ae1 ffff");
        assertThat(header.read(buffer, 2, 9)).isEqualTo(Verdict.MALFORMED);
        assertThat(header.read(buffer, 2, 10)).isEqualTo(Verdict.ACCEPTED);
        assertThat(header.length()).isEqualTo(10);
    }

    @Test
    void refusesToWriteANameThatDoesNotFit() {
        assertThat(header.write(new byte[FRONT], FRONT, new HostAddress("n".repeat(256), 1)))
                .isEqualTo(UdpHeader.INEXPRESSIBLE);
        assertThat(header.write(new byte[FRONT], FRONT, new HostAddress("", 1))).isEqualTo(UdpHeader.INEXPRESSIBLE);
    }

    @Test
    void givesTheSameObjectForATargetItKnows() {
        accept("00000001010203041ae1");
        Address first = header.target();
        accept("00000003 0b 6578616d706c652e6f7267 1f90");
        accept("00000001010203041ae1");
        assertThat(header.target()).isSameAs(first);
    }

    @Test
    void keepsManyTargetsApart() {
        byte[] datagram = bytes("00000001 00000000 0000");
        byte[] written = new byte[FRONT];
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5_000; i++) {
                datagram[4] = 1;
                datagram[6] = (byte) (i >> 8);
                datagram[7] = (byte) i;
                datagram[8] = (byte) (i % 7 + 1);
                assertThat(header.read(datagram, 0, datagram.length)).isEqualTo(Verdict.ACCEPTED);
                assertThat(header.target())
                        .isEqualTo(Address.parse("1.0." + (i >> 8) + "." + (i & 0xff), (i % 7 + 1) << 8));
                int start = header.write(written, FRONT, header.target());
                assertThat(Arrays.copyOfRange(written, start, FRONT)).isEqualTo(datagram);
            }
        }
    }

    @Test
    void allocatesNothingForTargetsItKnows() {
        byte[][] datagrams = {
            bytes("00000001 01020304 1ae1"),
            bytes("00000003 0b 6578616d706c652e6f7267 1f90"),
            bytes("00000004 20010db8000000000000000000000001 0050"),
        };
        byte[] written = new byte[FRONT];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        // The first rounds run in the interpreter and fill the caches of call sites.
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                byte[] datagram = datagrams[i % datagrams.length];
                header.read(datagram, 0, datagram.length);
                header.write(written, FRONT, header.target());
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(10_000);
    }

    @Test
    void survivesRandomBytes() {
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("UdpHeaderTest: -Dtunnel8.seed=" + seed);
        Random random = new Random(seed);
        byte[] written = new byte[FRONT];
        for (int i = 0; i < 500_000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            if (bytes.length > 4 && random.nextInt(4) != 0) {
                bytes[0] = 0;
                bytes[1] = 0;
                bytes[2] = 0;
                bytes[3] = (byte) random.nextInt(6);
            }
            if (header.read(bytes, 0, bytes.length) == Verdict.ACCEPTED) {
                assertThat(header.length()).isBetween(8, bytes.length);
                assertThat(header.target().port()).isPositive();
                int start = header.write(written, FRONT, header.target());
                UdpHeader other = new UdpHeader();
                assertThat(other.read(written, start, FRONT - start)).isEqualTo(Verdict.ACCEPTED);
                assertThat(other.target()).isEqualTo(header.target());
            }
        }
    }

    private void accept(String hex) {
        byte[] bytes = bytes(hex);
        assertThat(header.read(bytes, 0, bytes.length)).isEqualTo(Verdict.ACCEPTED);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
