package org.tunnel8.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.virtual.Seed;
import org.tunnel8.walk.RememberedPeer;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** The file of remembered peers, whole and damaged. */
class MemoryFileTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final long NOW = 1_700_000_000L;

    private final Random random = new Random(Seed.take(getClass()));

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("peers");
    }

    private RememberedPeer peer(String ip, int port, long ageSeconds) {
        InetSocketAddress address = ((IpAddress) Address.parse(ip, port)).endpoint();
        return new RememberedPeer(
                IdentityKey.generate(random).publicKey(), address, new PeerFlags(PeerFlags.EXIT_BT), ageSeconds);
    }

    private List<RememberedPeer> peers(int count) {
        List<RememberedPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(peer("198.51." + i + ".7", 7000 + i, 10L * i));
        }
        return peers;
    }

    private void write(List<RememberedPeer> peers) throws IOException {
        MemoryFile.write(file(), CommunityId.TRIBLER, peers, NOW);
    }

    private MemoryFile.Content read(long nowSeconds) throws IOException {
        return MemoryFile.read(file(), CommunityId.TRIBLER, WEEK, nowSeconds);
    }

    private static List<RememberedPeer> aged(List<RememberedPeer> peers, long seconds) {
        return peers.stream()
                .map(peer -> new RememberedPeer(peer.key(), peer.address(), peer.flags(), peer.ageSeconds() + seconds))
                .toList();
    }

    @Test
    void readsWhatWasWrittenInTheSameOrderAndOlderByTheTimeBetween() throws IOException {
        List<RememberedPeer> peers = peers(100);
        peers.set(50, peer("2001:db8::7", 7000, 5));
        write(peers);

        assertThat(Files.size(file())).isLessThan(MemoryFile.MAX_BYTES / 2);
        assertThat(read(NOW + 600)).isEqualTo(new MemoryFile.Content(aged(peers, 600), 0, false));
    }

    @Test
    void isNothingWhenThereIsNoFileOrAnEmptyOne() throws IOException {
        assertThat(read(NOW)).isEqualTo(MemoryFile.Content.NOTHING);
        Files.createFile(file());
        assertThat(read(NOW)).isEqualTo(MemoryFile.Content.NOTHING);
    }

    @Test
    void forgetsWhoWasHeardTooLongAgo() throws IOException {
        List<RememberedPeer> peers = peers(3);
        write(peers);

        long end = NOW + WEEK.toSeconds();
        assertThat(read(end - 20).peers()).hasSize(3);
        assertThat(read(end - 10).peers()).hasSize(2);
        assertThat(read(end + 1).peers()).isEmpty();
        assertThat(read(end + 1).damagedLines()).isZero();
    }

    @Test
    void usesNobodyOfATimeThatIsYetToCome() throws IOException {
        write(peers(1));

        assertThat(read(NOW - 60).peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.ageSeconds()).isZero());
        assertThat(read(NOW - MemoryFile.CLOCK_SLACK_SECONDS - 1).peers()).isEmpty();
    }

    @Test
    void leavesPeersOfOtherNetworksAlone() throws IOException {
        MemoryFile.write(file(), CommunityId.PLAIN_TUNNEL, peers(2), NOW);

        assertThat(read(NOW)).isEqualTo(MemoryFile.Content.NOTHING);
    }

    @Test
    void losesOnlyTheLineInWhichAByteHasChanged() throws IOException {
        List<RememberedPeer> peers = peers(10);
        write(peers);
        byte[] whole = Files.readAllBytes(file());
        for (int i = 0; i < 100; i++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file(), damaged);
            MemoryFile.Content content = read(NOW);

            // A line's end that has changed joins two lines; a byte that has become one splits one in two.
            assertThat(content.peers().size()).as("byte %d", at).isBetween(8, 9);
            assertThat(peers).containsAll(content.peers());
            assertThat(content.damagedLines()).isBetween(1, 2);
        }
    }

    @Test
    void losesOnlyTheEndOfAFileThatWasCutOff() throws IOException {
        List<RememberedPeer> peers = peers(10);
        write(peers);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length += 37) {
            Files.write(file(), Arrays.copyOf(whole, length));
            MemoryFile.Content content = read(NOW);

            int lines = (int) new String(whole, 0, length, StandardCharsets.ISO_8859_1)
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            assertThat(content.peers().size()).isBetween(lines, lines + 1);
            assertThat(content.peers())
                    .isEqualTo(peers.subList(0, content.peers().size()));
        }
    }

    @Test
    void takesNoNonsenseForAPeerAndThrowsAtNone() throws IOException {
        for (int i = 0; i < 100; i++) {
            byte[] noise = new byte[random.nextInt(4_000)];
            random.nextBytes(noise);
            Files.write(file(), noise);
            assertThat(read(NOW).peers()).isEmpty();
        }
    }

    @Test
    void readsNoMoreThanTheBoundOfAFileHoweverLong() throws IOException {
        List<RememberedPeer> peers = peers(2);
        write(peers);
        byte[] line = "x".repeat(199).concat("\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(Files.readAllBytes(file()), 1_000_000);
        for (int at = (int) Files.size(file()); at + line.length < whole.length; at += line.length) {
            System.arraycopy(line, 0, whole, at, line.length);
        }
        Files.write(file(), whole);
        MemoryFile.Content content = read(NOW);

        assertThat(content.peers()).isEqualTo(peers);
        assertThat(content.tooLong()).isTrue();
        assertThat(content.damagedLines()).isLessThan(MemoryFile.MAX_BYTES / line.length);
    }

    @Test
    void takesEachKeyOnceAndAHundredInAll() throws IOException {
        List<RememberedPeer> peers = peers(120);
        peers.add(0, peers.get(60));
        write(peers);

        List<RememberedPeer> read = read(NOW).peers();
        assertThat(read).hasSize(100).doesNotHaveDuplicates();
        assertThat(read.get(0)).isEqualTo(peers.get(61));
    }

    @Test
    void canBeReadByItsOwnerAloneAlsoWhereAnOpenFileWasBefore() throws IOException {
        assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Files.createFile(file());
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));
        write(peers(1));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void leavesNothingBesideTheFileAlsoWhenItCannotBeWritten() throws IOException {
        write(peers(1));
        write(peers(2));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }

        Path occupied = Files.createDirectories(folder.resolve("occupied/by/folders"));
        Path taken = occupied.getParent();
        assertThatThrownBy(() -> MemoryFile.write(taken, CommunityId.TRIBLER, peers(1), NOW))
                .isInstanceOf(IOException.class);
        try (var files = Files.list(taken.getParent())) {
            assertThat(files).containsExactly(taken);
        }
        assertThatThrownBy(() -> MemoryFile.read(taken, CommunityId.TRIBLER, WEEK, NOW))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> MemoryFile.write(folder.resolve("none/peers"), CommunityId.TRIBLER, peers(1), NOW))
                .isInstanceOf(IOException.class);
    }
}
