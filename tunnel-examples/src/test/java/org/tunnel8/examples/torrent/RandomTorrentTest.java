package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libtorrent4j.TorrentInfo;

class RandomTorrentTest {
    private static final int PIECE_BYTES = 256 * 1024;

    @TempDir
    Path folder;

    private Path first;
    private Path second;

    @BeforeEach
    void makeFolders() throws IOException {
        first = Files.createDirectory(folder.resolve("first"));
        second = Files.createDirectory(folder.resolve("second"));
    }

    @Test
    void describesTheFileAsLibtorrentReadsIt() {
        NativeLibrary.load();
        RandomTorrent torrent = RandomTorrent.write(first, 2L * PIECE_BYTES + 1, 1);
        TorrentInfo read = new TorrentInfo(torrent.metainfo());
        assertThat(read.totalSize()).isEqualTo(2L * PIECE_BYTES + 1);
        assertThat(read.numPieces()).isEqualTo(3);
        assertThat(read.hasV1()).isTrue();
        assertThat(read.hasV2()).isFalse();
        assertThat(read.trackers()).isEmpty();
    }

    @Test
    void sameSeedGivesTheSameFileAndAnotherSeedAnother() {
        RandomTorrent torrent = RandomTorrent.write(first, 100_000, 7);
        assertThat(RandomTorrent.write(second, 100_000, 7).metainfo()).isEqualTo(torrent.metainfo());
        assertThat(torrent.isSameIn(second)).isTrue();
        RandomTorrent.write(second, 100_000, 8);
        assertThat(torrent.isSameIn(second)).isFalse();
    }

    @Test
    void findsACopyWithOneChangedByteDifferent() throws IOException {
        RandomTorrent torrent = RandomTorrent.write(first, 100_000, 7);
        RandomTorrent.write(second, 100_000, 7);
        Path copy;
        try (var files = Files.list(second)) {
            copy = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(copy);
        bytes[99_999] ^= 1;
        Files.write(copy, bytes);
        assertThat(torrent.isSameIn(second)).isFalse();
    }

    @Test
    void findsAMissingCopyDifferent() {
        assertThat(RandomTorrent.write(first, 1, 7).isSameIn(second)).isFalse();
    }

    @Test
    void breaksOffBeforeTheNextPieceWhenItIsTold() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> RandomTorrent.write(first, 1_000L * PIECE_BYTES, 7, () -> asked.incrementAndGet() > 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stopped before the file to be seeded was written");
        assertThat(asked).hasValue(4);
        try (var files = Files.list(first)) {
            assertThat(files.findFirst().orElseThrow()).hasSize(3L * PIECE_BYTES);
        }
    }

    @Test
    void refusesAnEmptyFile() {
        assertThatThrownBy(() -> RandomTorrent.write(first, 0, 7)).isInstanceOf(IllegalArgumentException.class);
    }
}
