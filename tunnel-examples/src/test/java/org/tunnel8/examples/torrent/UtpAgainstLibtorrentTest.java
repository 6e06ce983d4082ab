package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentHandle;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.ListenSucceededAlert;
import org.libtorrent4j.alerts.SocketType;
import org.libtorrent4j.alerts.TorrentFinishedAlert;
import org.libtorrent4j.swig.settings_pack.bool_types;
import org.libtorrent4j.swig.torrent_flags_t;

/**
 * Our uTP against libtorrent's, over real sockets and a path with delay, a narrow line and loss: one libtorrent that may speak
 * TCP only and a {@link UtpBridge} are one side, one that may speak uTP only the other.
 */
class UtpAgainstLibtorrentTest {
    private static final SlowPath.Conditions LINE = new SlowPath.Conditions(50, 2_500_000, 250_000, 0, 0);
    private static final int DATAGRAM_BYTES = 1_404;
    private static final long SEED = Long.getLong("tunnel8.seed", 20_261_127);
    private static final int ROUNDS = Integer.getInteger("tunnel8.utp.rounds", 3);
    private static final int SECONDS = Integer.getInteger("tunnel8.utp.seconds", 25);

    /** Shares of datagrams. */
    private static final double[] LOSSES = Arrays.stream(
                    System.getProperty("tunnel8.utp.losses", "0,0.01").split(",", -1))
            .mapToDouble(Double::parseDouble)
            .toArray();

    @TempDir
    Path folder;

    private int addresses = 1;

    /** Who speaks our uTP. */
    private enum Ours {
        NEITHER,
        DOWNLOADER,
        SEEDER
    }

    /** One libtorrent with the torrent. */
    private static final class Client implements AutoCloseable {
        final CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
        final CompletableFuture<Void> finished = new CompletableFuture<>();
        final boolean tcp;
        final TorrentSession session;
        final TorrentHandle torrent;

        Client(RandomTorrent content, Path folder, boolean seeds, boolean tcp, InetAddress address) {
            this.tcp = tcp;
            SettingsPack settings = TorrentSession.settings(Pace.AS_SHIPPED);
            settings.listenInterfaces(address.getHostAddress() + ":0");
            settings.setBoolean(bool_types.enable_incoming_tcp.swigValue(), tcp);
            settings.setBoolean(bool_types.enable_outgoing_tcp.swigValue(), tcp);
            settings.setBoolean(bool_types.enable_incoming_utp.swigValue(), !tcp);
            settings.setBoolean(bool_types.enable_outgoing_utp.swigValue(), !tcp);
            settings.setBoolean(bool_types.allow_multiple_connections_per_ip.swigValue(), true);
            session = TorrentSession.start(seeds ? "seeder" : "downloader", settings, this::onAlert);
            AddTorrentParams params = new AddTorrentParams();
            params.setTorrentInfo(new TorrentInfo(content.metainfo()));
            params.setSavePath(folder.toAbsolutePath().toString());
            params.setFlags(seeds ? TorrentFlags.SEED_MODE : new torrent_flags_t());
            torrent = session.add(params);
        }

        private void onAlert(Alert<?> alert) {
            if (alert instanceof ListenSucceededAlert heard
                    && heard.socketType() == (tcp ? SocketType.TCP : SocketType.UTP)) {
                listening.complete(new InetSocketAddress(heard.address().toString(), heard.port()));
            } else if (alert instanceof TorrentFinishedAlert) {
                finished.complete(null);
            }
        }

        InetSocketAddress address() throws Exception {
            return listening.get(10, TimeUnit.SECONDS);
        }

        void connect(InetSocketAddress to) {
            torrent.swig().connect_peer(new TcpEndpoint(to.getAddress().getHostAddress(), to.getPort()).swig());
        }

        long downloaded() {
            return torrent.status().totalPayloadDownload();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    /** What is done while a download runs. */
    private interface Use<T> {
        T apply(Client downloader, SlowPath path, UtpBridge bridge) throws Exception;
    }

    private InetAddress address() throws Exception {
        return InetAddress.getByName("127.0.74." + addresses++ % 250);
    }

    private <T> T run(RandomTorrent torrent, Path copy, Ours ours, SlowPath.Conditions line, Use<T> use)
            throws Exception {
        try (Client seeder = new Client(torrent, torrent.folder(), true, ours == Ours.SEEDER, address());
                Client downloader = new Client(torrent, copy, false, ours == Ours.DOWNLOADER, address());
                UtpBridge behind =
                        ours == Ours.SEEDER ? new UtpBridge(address(), null, seeder.address(), DATAGRAM_BYTES) : null;
                SlowPath path = new SlowPath(
                        address(), address(), behind != null ? behind.udpAddress() : seeder.address(), line, SEED);
                UtpBridge before = ours == Ours.DOWNLOADER
                        ? new UtpBridge(address(), path.address(), null, DATAGRAM_BYTES)
                        : null) {
            downloader.address();
            downloader.connect(before != null ? before.tcpAddress() : path.address());
            UtpBridge bridge = behind != null ? behind : before;
            T result = use.apply(downloader, path, bridge);
            assertThat(bridge == null ? null : bridge.failure()).isNull();
            return result;
        }
    }

    @Test
    void carriesATorrentFromLibtorrentAndToIt() throws Exception {
        SlowPath.Conditions rough = new SlowPath.Conditions(10, 4_000_000, 100_000, 0.005, 0.02);
        RandomTorrent torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), 4_000_000, SEED);
        for (Ours ours : List.of(Ours.DOWNLOADER, Ours.SEEDER)) {
            Path copy = Files.createDirectory(folder.resolve(ours.name()));
            run(torrent, copy, ours, rough, (downloader, path, bridge) -> {
                downloader.finished.get(60, TimeUnit.SECONDS);
                System.out.println("ours " + ours + ": " + bridge.statistics() + ", dropped " + path.dropped());
                return null;
            });
            assertThat(torrent.isSameIn(copy)).isTrue();
        }
    }

    @Test
    @EnabledIfSystemProperty(
            named = "tunnel8.utp.measure",
            matches = "true",
            disabledReason = "takes ten minutes; -Dtunnel8.utp.measure=true runs it")
    void isAsFastAsLibtorrentAgainstItself() throws Exception {
        RandomTorrent torrent = RandomTorrent.write(Files.createDirectory(folder.resolve("seed")), 120_000_000, SEED);
        List<String> misses = new ArrayList<>();
        for (double loss : LOSSES) {
            double[][] rates = new double[Ours.values().length][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (Ours ours : Ours.values()) {
                    rates[ours.ordinal()][round] = measure(torrent, ours, LINE.losing(loss), round);
                }
            }
            double itself = median(rates[Ours.NEITHER.ordinal()]);
            for (Ours ours : Ours.values()) {
                double median = median(rates[ours.ordinal()]);
                String line = String.format(
                        Locale.ROOT,
                        "figure: loss %.0f %%, ours %s: median %.2f Mbit/s, %.2f of libtorrent's own, all %s",
                        loss * 100,
                        ours,
                        median,
                        median / itself,
                        Arrays.toString(rates[ours.ordinal()]));
                System.out.println(line);
                if (median < 0.9 * itself) {
                    misses.add(line);
                }
            }
        }
        assertThat(misses).isEmpty();
    }

    private double measure(RandomTorrent torrent, Ours ours, SlowPath.Conditions line, int round) throws Exception {
        Path copy = Files.createDirectory(folder.resolve("copy" + addresses));
        return run(torrent, copy, ours, line, (downloader, path, bridge) -> {
            await().atMost(Duration.ofSeconds(30)).until(() -> downloader.downloaded() > 0);
            long begin = System.nanoTime();
            long before = downloader.downloaded();
            await().pollDelay(Duration.ofSeconds(SECONDS))
                    .atMost(Duration.ofSeconds(SECONDS + 10L))
                    .until(() -> true);
            double bits = (downloader.downloaded() - before) * 8.0;
            double rate = bits * 1_000 / (System.nanoTime() - begin);
            System.out.println("round " + round + ", loss " + line.loss() + ", ours " + ours + ": " + rate
                    + " Mbit/s, dropped " + path.dropped() + (bridge == null ? "" : ", " + bridge.statistics()));
            return rate;
        });
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
