package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.examples.fetch.LoopbackTracker;
import org.tunnel8.examples.fetch.MagnetLink;
import org.tunnel8.examples.fetch.MetainfoFile;

class LibtorrentDownloadTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void asksNobodyAndReachesNobodyWhileTheProxyIsNotThere(TunnelSettings.Transport transport) throws Exception {
        RandomTorrent torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), 100_000, 1);
        try (Seeder seeder = Seeder.start(torrent, InetAddress.getByName("127.0.72.1"));
                LoopbackTracker tracker = new LoopbackTracker(List.of(seeder.address()))) {
            // Addresses in numbers: whoever went around the proxy would reach them.
            MagnetLink magnet = new MagnetLink(
                    "0123456789abcdef0123456789abcdef01234567",
                    "",
                    List.of(
                            tracker.httpUrl("/announce").replace("localhost", "127.0.0.1"),
                            tracker.httpUrl("/announce"),
                            tracker.udpUrl(),
                            tracker.udpUrlByName()),
                    0,
                    List.of(seeder.address()));
            try (LibtorrentDownload download = LibtorrentDownload.start(
                    magnet,
                    List.of(),
                    folder,
                    TunnelSettings.through(unusedAddress()).over(transport),
                    null,
                    note -> {})) {
                await().during(Duration.ofSeconds(4))
                        .atMost(Duration.ofSeconds(6))
                        .until(() -> tracker.askers().isEmpty()
                                && tracker.httpQueries().isEmpty()
                                && tracker.udpAnnounces().isEmpty()
                                && seeder.seenPeers().isEmpty());
                assertThat(download.finished()).isNotDone();
                assertThat(download.totalBytes()).isZero();
                assertThat(download.name()).isEmpty();
            }
        }
    }

    @Test
    void saysThatATorrentFileIsDamaged() {
        MetainfoFile damaged = new MetainfoFile("d4:infoi1ee".getBytes(StandardCharsets.US_ASCII));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LibtorrentDownload.start(
                        damaged, List.of(), folder, TunnelSettings.through(unusedAddress()), null, note -> {}))
                .withMessageContaining("the .torrent file is damaged");
    }

    private static InetSocketAddress unusedAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }
}
