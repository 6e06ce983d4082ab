package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentHandle;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.ListenSucceededAlert;
import org.libtorrent4j.alerts.PeerDisconnectedAlert;
import org.libtorrent4j.alerts.SocketType;
import org.libtorrent4j.alerts.TorrentFinishedAlert;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.tunnel8.KeyFigures;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.examples.fetch.MetainfoFile;
import org.tunnel8.testing.EmbeddedNetwork;

/** What a proxy for TCP has to do besides downloads, with a libtorrent at the other end: half-close, peers that come in, isolation. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibtorrentOnStreamsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long LENGTH_BYTES = 1_024 * 1_024 + 321;
    private static final String PASSWORD = "for every name";
    private static final int HANDSHAKE_BYTES = 68;

    private final EmbeddedNetwork network =
            EmbeddedNetwork.builder().relays(4).exits(2).build();

    @TempDir
    static Path folder;

    @BeforeAll
    void start() {
        network.start().join();
    }

    @AfterAll
    void stop() {
        network.close();
    }

    private RandomTorrent torrent(String name, long seed) throws Exception {
        return RandomTorrent.write(Files.createDirectory(folder.resolve(name)), LENGTH_BYTES, seed);
    }

    private static byte[] infoHash(RandomTorrent torrent) throws Exception {
        byte[] metainfo = torrent.metainfo();
        byte[] info = Arrays.copyOfRange(metainfo, "d4:info".length(), metainfo.length - 1);
        return MessageDigest.getInstance("SHA-1").digest(info);
    }

    private static byte[] handshake(RandomTorrent torrent) throws Exception {
        byte[] handshake = new byte[HANDSHAKE_BYTES];
        handshake[0] = 19;
        System.arraycopy("BitTorrent protocol".getBytes(StandardCharsets.US_ASCII), 0, handshake, 1, 19);
        System.arraycopy(infoHash(torrent), 0, handshake, 28, 20);
        System.arraycopy("-T80000-123456789012".getBytes(StandardCharsets.US_ASCII), 0, handshake, 48, 20);
        return handshake;
    }

    private TunnelClientBuilder client() {
        return TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(2)
                .minPeers(4);
    }

    private static void ready(TunnelClient client) {
        client.start().join();
        client.whenReady(LIMIT).join();
    }

    @Test
    void whoHasSaidAllIsHeardByALibtorrentAsTheEndAndHearsItsOwn() throws Exception {
        RandomTorrent torrent = torrent("half-close", 1);
        CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
        CompletableFuture<String> whyGone = new CompletableFuture<>();
        SettingsPack settings = TorrentSession.settings(Pace.LOOPBACK);
        settings.listenInterfaces(network.clientAddress(2).getHostAddress() + ":0");
        try (TorrentSession peer = seed(torrent, settings, SocketType.UTP, listening, whyGone);
                TunnelClient client = client().build()) {
            ready(client);
            try (Socket socket = new Socket(client.proxy())) {
                socket.setSoTimeout((int) LIMIT.toMillis());
                socket.connect(listening.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
                socket.getOutputStream().write(handshake(torrent));
                InputStream in = socket.getInputStream();
                byte[] answer = in.readNBytes(HANDSHAKE_BYTES);
                assertThat(Arrays.copyOfRange(answer, 28, 48)).isEqualTo(infoHash(torrent));

                socket.shutdownOutput();
                assertThat(whyGone.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsIgnoringCase("end of file");
                assertThat(in.readAllBytes())
                        .as("what it had said before, up to its end, which is no reset")
                        .isNotEmpty();
                assertThat(peer).isNotNull();
            }
        }
    }

    @Test
    void aLibtorrentFromOutsideDownloadsFromOneBehindTheTunnel() throws Exception {
        RandomTorrent torrent = torrent("inbound", 2);
        Path output = Files.createDirectory(folder.resolve("inbound-output"));
        CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
        CompletableFuture<Void> finished = new CompletableFuture<>();
        try (TorrentSession behind =
                        seed(torrent, tcpSettings(), SocketType.TCP, listening, new CompletableFuture<>());
                TunnelClient client = client().inbound(listening.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .build();
                TorrentSession outside =
                        TorrentSession.start("outside-alerts", outsideSettings(), alert -> finishOn(alert, finished))) {
            ready(client);
            AddTorrentParams params = new AddTorrentParams();
            params.setTorrentInfo(new TorrentInfo(torrent.metainfo()));
            params.setSavePath(output.toString());
            TorrentHandle handle = outside.add(params);
            // Who speaks to anybody outside has an address there; the word is lost, as nobody listens at port 9.
            var unused = client.connect(new InetSocketAddress(network.clientAddress(3), 9));
            await().atMost(LIMIT).until(() -> !network.exitAddresses().isEmpty());
            for (InetSocketAddress exit : network.exitAddresses()) {
                handle.swig().connect_peer(new TcpEndpoint(exit.getAddress().getHostAddress(), exit.getPort()).swig());
            }

            finished.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(torrent.isSameIn(output)).isTrue();
            assertThat(behind).as("it had served to the end").isNotNull();
        }
    }

    private static SettingsPack tcpSettings() {
        SettingsPack settings = TorrentSession.settings(Pace.LOOPBACK);
        settings.listenInterfaces(InetAddress.getLoopbackAddress().getHostAddress() + ":0");
        settings.setBoolean(bool_types.enable_incoming_tcp.swigValue(), true);
        settings.setBoolean(bool_types.enable_incoming_utp.swigValue(), false);
        settings.setBoolean(bool_types.enable_outgoing_utp.swigValue(), false);
        return settings;
    }

    private static TorrentSession seed(
            RandomTorrent torrent,
            SettingsPack settings,
            SocketType type,
            CompletableFuture<InetSocketAddress> listening,
            CompletableFuture<String> whyGone) {
        TorrentSession session = TorrentSession.start("seed-alerts", settings, alert -> {
            if (alert instanceof ListenSucceededAlert succeeded && succeeded.socketType() == type) {
                listening.complete(new InetSocketAddress(succeeded.address().toString(), succeeded.port()));
            } else if (alert instanceof PeerDisconnectedAlert gone) {
                whyGone.complete(gone.error().getMessage());
            }
        });
        AddTorrentParams params = new AddTorrentParams();
        params.setTorrentInfo(new TorrentInfo(torrent.metainfo()));
        params.setSavePath(torrent.folder().toAbsolutePath().toString());
        params.setFlags(TorrentFlags.SEED_MODE);
        session.add(params);
        return session;
    }

    private SettingsPack outsideSettings() {
        SettingsPack settings = TorrentSession.settings(Pace.LOOPBACK);
        settings.listenInterfaces(network.clientAddress(3).getHostAddress() + ":0");
        return settings;
    }

    private static void finishOn(Alert<?> alert, CompletableFuture<Void> finished) {
        if (alert instanceof TorrentFinishedAlert) {
            finished.complete(null);
        }
    }

    @ParameterizedTest
    @EnumSource(TunnelSettings.Transport.class)
    void torrentsOfTwoNamesShareNoCircuitAndHaveTheirOwnFigures(TunnelSettings.Transport transport) throws Exception {
        RandomTorrent one = torrent("one-" + transport, 3);
        RandomTorrent two = torrent("two-" + transport, 4);
        try (Seeder ofOne = Seeder.start(one, network.clientAddress(2));
                Seeder ofTwo = Seeder.start(two, network.clientAddress(3));
                TunnelClient client = client().socks5Credentials("any", PASSWORD)
                        .socks5IsolateByUser()
                        .build()) {
            ready(client);
            try (LibtorrentDownload first = download(client, one, ofOne, transport);
                    LibtorrentDownload second = download(client, two, ofTwo, transport)) {
                first.finished().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                second.finished().get(LIMIT.toSeconds(), TimeUnit.SECONDS);

                // A circuit has one socket of its exit's, and that one address and port.
                Set<String> both = new HashSet<>(ofOne.seenPeers());
                both.retainAll(ofTwo.seenPeers());
                assertThat(ofOne.seenPeers()).isNotEmpty();
                assertThat(ofTwo.seenPeers()).isNotEmpty();
                assertThat(both)
                        .as("sockets of exits that both torrents came from")
                        .isEmpty();

                for (RandomTorrent torrent : List.of(one, two)) {
                    KeyFigures figures = client.figures(HexFormat.of().formatHex(infoHash(torrent)))
                            .orElseThrow();
                    assertThat(figures.bytesReceived()).isBetween(LENGTH_BYTES, 2 * LENGTH_BYTES);
                    assertThat(figures.bytesSent()).isPositive();
                }
            }
        }
    }

    private static LibtorrentDownload download(
            TunnelClient client, RandomTorrent torrent, Seeder seeder, TunnelSettings.Transport transport)
            throws Exception {
        return LibtorrentDownload.start(
                new MetainfoFile(torrent.metainfo()),
                List.of(seeder.address()),
                Files.createTempDirectory(folder, "output"),
                TunnelSettings.through(client.socks5().address()).over(transport),
                PASSWORD,
                note -> {});
    }
}
