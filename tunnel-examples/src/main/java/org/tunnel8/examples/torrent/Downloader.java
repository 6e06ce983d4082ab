package org.tunnel8.examples.torrent;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentHandle;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.FileErrorAlert;
import org.libtorrent4j.alerts.PeerConnectAlert;
import org.libtorrent4j.alerts.PeerDisconnectedAlert;
import org.libtorrent4j.alerts.TorrentErrorAlert;
import org.libtorrent4j.alerts.TorrentFinishedAlert;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.libtorrent4j.swig.torrent_flags_t;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A libtorrent that downloads one torrent and whose only way to the outside is a SOCKS5 proxy's UDP ASSOCIATE.
 *
 * <p>It speaks uTP only, accepts no connection, and sends nothing while the proxy is not there. Thread-safe.
 */
public final class Downloader implements AutoCloseable {
    /** One second: a peer that could not be reached, because no circuit was up yet, is tried again soon. */
    private static final int RECONNECT_SECONDS = 1;

    /** A peer is never given up: there is no tracker that would name it again. */
    private static final int CONNECT_FAILURES = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Downloader.class);

    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final TorrentSession session;
    private final TorrentHandle torrent;

    private Downloader(
            RandomTorrent content, Path folder, InetSocketAddress proxy, List<InetSocketAddress> seeders, Pace pace) {
        SettingsPack settings = TorrentSession.settings(pace);
        TunnelSettings.through(proxy).applyTo(settings);
        TorrentSession.plaintextOnly(settings);
        settings.setInteger(int_types.min_reconnect_time.swigValue(), RECONNECT_SECONDS);
        settings.setInteger(int_types.max_failcount.swigValue(), CONNECT_FAILURES);
        session = TorrentSession.start("downloader-alerts", settings, this::onAlert);
        AddTorrentParams params = new AddTorrentParams();
        params.setTorrentInfo(new TorrentInfo(content.metainfo()));
        params.setSavePath(folder.toAbsolutePath().toString());
        params.setFlags(new torrent_flags_t());
        torrent = session.add(params);
        seeders.forEach(this::connect);
    }

    /**
     * Starts to download.
     *
     * @param content what to download
     * @param folder an empty folder for it
     * @param proxy the SOCKS5 proxy
     * @param seeder the one peer to download from
     * @return the downloader, at work
     */
    public static Downloader start(
            RandomTorrent content, Path folder, InetSocketAddress proxy, InetSocketAddress seeder) {
        return start(content, folder, proxy, List.of(seeder), Pace.LOOPBACK);
    }

    /**
     * Starts to download.
     *
     * @param content what to download
     * @param folder an empty folder for it
     * @param proxy the SOCKS5 proxy
     * @param seeders the peers to download from; one that is lost is tried again after a second, and a second more after
     *     each failure in a row
     * @param pace whose waiting times it keeps to
     * @return the downloader, at work
     */
    public static Downloader start(
            RandomTorrent content, Path folder, InetSocketAddress proxy, List<InetSocketAddress> seeders, Pace pace) {
        return new Downloader(content, folder, proxy, seeders, pace);
    }

    private void connect(InetSocketAddress seeder) {
        torrent.swig().connect_peer(new TcpEndpoint(seeder.getAddress().getHostAddress(), seeder.getPort()).swig());
    }

    private void onAlert(Alert<?> alert) {
        if (alert instanceof PeerConnectAlert || alert instanceof PeerDisconnectedAlert) {
            log.debug("{}", alert.message());
        }
        if (alert instanceof TorrentFinishedAlert) {
            finished.complete(null);
        } else if (alert instanceof TorrentErrorAlert || alert instanceof FileErrorAlert) {
            finished.completeExceptionally(new IllegalStateException("the download failed: " + alert.message()));
        }
    }

    /**
     * Tells how much is there.
     *
     * @return a number of bytes, of pieces that were checked
     */
    public long doneBytes() {
        return torrent.status().totalWantedDone();
    }

    /**
     * Tells how much peers have sent.
     *
     * @return a number of bytes of the file, as they arrived: checked or not yet, and again where a piece was repeated
     */
    public long deliveredBytes() {
        return torrent.status().totalPayloadDownload();
    }

    /**
     * Tells when all is there.
     *
     * @return completed normally when every piece has arrived and matches its hash; exceptionally, with an
     *     {@link IllegalStateException}, when the file cannot be written
     */
    public CompletableFuture<Void> finished() {
        return finished.copy();
    }

    /** Ends the session and lets go of the file, which stays. */
    @Override
    public void close() {
        session.close();
    }
}
