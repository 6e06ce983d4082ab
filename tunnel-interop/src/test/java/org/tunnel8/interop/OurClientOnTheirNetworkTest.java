package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.examples.torrent.Downloader;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.Seeder;

/** Our client among py-ipv8's bootstrap server, relays and exits. */
@RequiresIpv8
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OurClientOnTheirNetworkTest {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration ECHO = Duration.ofSeconds(5);
    private static final int DATAGRAMS = 20;
    private static final long FILE_BYTES = 16L << 20;

    private MixedNetwork network;
    private OutsidePeer outside;

    @BeforeAll
    void start() {
        outside = new OutsidePeer();
        network = MixedNetwork.builder().theirs(4, 2).start();
    }

    @AfterAll
    void stop() {
        network.close();
        outside.close();
    }

    private TunnelClient client(int hops) {
        return TunnelClient.builder()
                .bind(InetAddress.getLoopbackAddress())
                .network(network.network())
                .hops(hops)
                .minPeers(4)
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void datagramsOfEitherKindComeBack(int hops) {
        try (TunnelClient client = client(hops)) {
            client.start().join();
            client.whenReady(READY).join();
            assertThat(client.status().circuits()).anySatisfy(circuit -> {
                assertThat(circuit.ready()).isTrue();
                assertThat(circuit.hops()).isEqualTo(hops);
            });
            Set<String> returned = ConcurrentHashMap.newKeySet();
            TunnelDatagrams flow = client.datagrams();
            flow.onDatagram((origin, buffer, offset, length) -> {
                assertThat(origin).isEqualTo(outside.address());
                returned.add(new String(buffer, offset, length, StandardCharsets.ISO_8859_1));
            });
            for (int i = 0; i < DATAGRAMS; i++) {
                int expected = i + 1;
                byte[] datagram = i % 2 == 0 ? Datagrams.utp(i) : Datagrams.dht(i);
                assertThat(flow.send(outside.address(), datagram, 0, datagram.length))
                        .isTrue();
                Eventually.holds(ECHO, () -> returned.size() == expected);
            }
            assertThat(outside.sources())
                    .as("the outside sees exits, never the client")
                    .doesNotContain(client.status().address().orElseThrow());
            flow.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void torrentArrivesThroughTheProxy(int hops, @TempDir Path folder) throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        RandomTorrent torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), FILE_BYTES, hops);
        Path target = Files.createDirectory(folder.resolve("download"));
        try (TunnelClient client = client(hops);
                Seeder seeder = Seeder.start(torrent, loopback)) {
            client.start().join();
            client.whenReady(READY).join();
            try (Downloader downloader =
                    Downloader.start(torrent, target, client.socks5().address(), seeder.address())) {
                downloader.finished().get(180, TimeUnit.SECONDS);
            }
            assertThat(torrent.isSameIn(target)).isTrue();
            InetSocketAddress own = client.status().address().orElseThrow();
            assertThat(seeder.seenPeers()).isNotEmpty().noneMatch(peer -> peer.endsWith(":" + own.getPort()));
        }
    }
}
