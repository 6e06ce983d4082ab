package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorrentPairTest {
    private static final long LENGTH_BYTES = 8L * 1024 * 1024 + 12_345;
    private static final long SEED = 20_260_101;

    /** 1,500 bytes of Ethernet less the headers of IPv4 and UDP: what uTP in libtorrent never exceeds. */
    private static final int MAX_UTP_BYTES = 1_472;

    @TempDir
    Path folder;

    @Test
    void downloadsThroughTheProxyAndTheSeederSeesNobodyElse() throws Exception {
        InetAddress outside = InetAddress.getByName("127.0.70.3");
        try (DirectSocksProxy proxy = new DirectSocksProxy(InetAddress.getByName("127.0.70.2"), outside)) {
            RandomTorrent torrent =
                    RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), LENGTH_BYTES, SEED);
            Path copy = Files.createDirectory(folder.resolve("copy"));
            try (Seeder seeder = Seeder.start(torrent, InetAddress.getByName("127.0.70.1"));
                    Downloader downloader = Downloader.start(torrent, copy, proxy.address(), seeder.address())) {
                downloader.finished().get(30, TimeUnit.SECONDS);

                assertThat(seeder.seenPeers())
                        .isNotEmpty()
                        .allMatch(peer -> peer.startsWith(outside.getHostAddress() + ":"));
                assertThat(downloader.doneBytes()).isEqualTo(LENGTH_BYTES);
            }
            assertThat(torrent.isSameIn(copy)).isTrue();
            assertThat(proxy.largestSentBytes()).isPositive().isLessThanOrEqualTo(MAX_UTP_BYTES);
            assertThat(proxy.largestReceivedBytes()).isPositive().isLessThanOrEqualTo(MAX_UTP_BYTES);
        }
    }

    @Test
    void goesNowhereWhenTheProxyIsNotThere() throws Exception {
        RandomTorrent torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), 1_000_000, SEED);
        Path copy = Files.createDirectory(folder.resolve("copy"));
        InetAddress address = InetAddress.getByName("127.0.71.1");
        try (Seeder seeder = Seeder.start(torrent, address);
                Downloader downloader = Downloader.start(torrent, copy, unusedAddress(address), seeder.address())) {
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> seeder.seenPeers().isEmpty() && downloader.doneBytes() == 0);
            assertThat(downloader.finished()).isNotDone();
        }
    }

    @Test
    void saysWhyTheSeederCannotListen() throws Exception {
        RandomTorrent torrent = RandomTorrent.write(folder, 1_000, SEED);
        // 192.0.2.0/24 is for documentation: no machine has an address of it.
        InetAddress foreign = InetAddress.getByName("192.0.2.1");
        assertThatThrownBy(() -> Seeder.start(torrent, foreign))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("could not listen");
    }

    private static InetSocketAddress unusedAddress(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }
}
