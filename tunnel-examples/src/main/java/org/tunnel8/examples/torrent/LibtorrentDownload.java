package org.tunnel8.examples.torrent;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.AnnounceEntry;
import org.libtorrent4j.Pair;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentHandle;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.TorrentStatus;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.FileErrorAlert;
import org.libtorrent4j.alerts.MetadataFailedAlert;
import org.libtorrent4j.alerts.PeerConnectAlert;
import org.libtorrent4j.alerts.TorrentErrorAlert;
import org.libtorrent4j.alerts.TorrentFinishedAlert;
import org.libtorrent4j.alerts.TrackerErrorAlert;
import org.libtorrent4j.swig.settings_pack.int_types;
import org.tunnel8.examples.fetch.Download;
import org.tunnel8.examples.fetch.MagnetLink;
import org.tunnel8.examples.fetch.MetainfoFile;
import org.tunnel8.examples.fetch.TorrentSource;
import org.tunnel8.examples.fetch.TrackerUrls;

/**
 * A libtorrent that downloads one torrent from whomever its trackers name, under {@link TunnelSettings}.
 *
 * <p>Takes out of the torrent what settings do not reach: web seeds, and trackers that cannot be asked through the tunnel. What
 * is in the folder already is checked and kept. Thread-safe.
 */
public final class LibtorrentDownload implements Download {
    /** A circuit's peers are all lost with it, and are wanted back once there is another, which takes seconds. */
    private static final int RECONNECT_SECONDS = 5;

    /** With a wait that grows by the above each time, a peer is given up after some quarter of an hour. */
    private static final int CONNECT_FAILURES = 20;

    /**
     * After so long the proxy has answered, and what is announced by UDP can be sent: libtorrent announces at once, and tries again
     * half a minute later what it could not send.
     */
    private static final long BEGIN_MILLIS = 500;

    /** Per cent: a tracker that failed is asked again after 15 s, 30, 55 and so on; as shipped, after 35 s, 110, 235. */
    private static final int TRACKER_BACKOFF = 50;

    /** A swarm's worth; beyond it, peers are no longer counted. */
    private static final int MOST_PEERS_COUNTED = 10_000;

    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final Set<String> peersSeen = ConcurrentHashMap.newKeySet();
    private final Consumer<String> notes;
    private final TorrentSession session;
    private final TorrentHandle torrent;
    private boolean closed;

    private LibtorrentDownload(
            AddTorrentParams params,
            Path folder,
            TunnelSettings tunnel,
            List<InetSocketAddress> peers,
            Consumer<String> notes) {
        this.notes = notes;
        SettingsPack settings = TorrentSession.settings(Pace.AS_SHIPPED);
        tunnel.applyTo(settings);
        settings.setInteger(int_types.min_reconnect_time.swigValue(), RECONNECT_SECONDS);
        settings.setInteger(int_types.max_failcount.swigValue(), CONNECT_FAILURES);
        settings.setInteger(int_types.tracker_backoff.swigValue(), TRACKER_BACKOFF);
        session = TorrentSession.start("fetch-alerts", settings, this::onAlert);
        params.setSavePath(folder.toAbsolutePath().toString());
        params.setFlags(TorrentFlags.PAUSED.or_(TorrentFlags.DISABLE_DHT).or_(TorrentFlags.DISABLE_LSD));
        try {
            torrent = session.add(params);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        for (InetSocketAddress peer : peers) {
            torrent.swig().connect_peer(new TcpEndpoint(peer.getAddress().getHostAddress(), peer.getPort()).swig());
        }
        CompletableFuture.delayedExecutor(BEGIN_MILLIS, TimeUnit.MILLISECONDS).execute(this::begin);
    }

    private synchronized void begin() {
        if (!closed) {
            torrent.resume();
        }
    }

    /**
     * Starts to download.
     *
     * @param source what to download
     * @param peers peers to begin with, beside those that the source names; resolved
     * @param folder an existing folder; what of the torrent is there already is kept
     * @param settings the way to the proxy
     * @param isolationPassword the proxy's password, if the torrent is to have circuits of its own: the user name is then its
     *     info hash; null for none
     * @param notes told in half a sentence what a user may want to know, on a thread of the session
     * @return the download, at work
     * @throws IllegalArgumentException if the source is no torrent
     * @throws IllegalStateException if libtorrent refuses it, or cannot be loaded here
     */
    public static LibtorrentDownload start(
            TorrentSource source,
            List<InetSocketAddress> peers,
            Path folder,
            TunnelSettings settings,
            @Nullable String isolationPassword,
            Consumer<String> notes) {
        NativeLibrary.load();
        AddTorrentParams params =
                source instanceof MetainfoFile file ? metainfo(file, notes) : magnet((MagnetLink) source, notes);
        TunnelSettings own = isolationPassword == null
                ? settings
                : settings.as(params.getInfoHashes().getBest().toHex(), isolationPassword);
        List<InetSocketAddress> all = new ArrayList<>(peers);
        if (source instanceof MagnetLink magnet) {
            all.addAll(magnet.peers());
        }
        return new LibtorrentDownload(params, folder, own, all, notes);
    }

    private static AddTorrentParams metainfo(MetainfoFile file, Consumer<String> notes) {
        TorrentInfo info = info(file);
        // Copied before they are cleared: entries are views of the torrent's own.
        List<Pair<String, Integer>> all = new ArrayList<>();
        for (AnnounceEntry tracker : info.trackers()) {
            all.add(new Pair<>(tracker.url(), tracker.tier()));
        }
        info.clearTrackers();
        List<Pair<String, Integer>> reachable = all.stream()
                .filter(tracker -> TrackerUrls.isReachable(tracker.first))
                .toList();
        reachable.forEach(tracker -> info.addTracker(tracker.first, tracker.second));
        noteUnreachable(all.size() - reachable.size(), notes);
        info.setWebSeeds(List.of());
        AddTorrentParams params = new AddTorrentParams();
        params.setTorrentInfo(info);
        params.setInfoHashes(info.infoHashes());
        return params;
    }

    private static TorrentInfo info(MetainfoFile file) {
        try {
            return new TorrentInfo(file.bytes());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the .torrent file is damaged: " + e.getMessage(), e);
        }
    }

    private static AddTorrentParams magnet(MagnetLink magnet, Consumer<String> notes) {
        // A URI of the info hash alone: what else the user's may hold is not passed on.
        AddTorrentParams params = AddTorrentParams.parseMagnetUri("magnet:?xt=urn:btih:" + magnet.infoHash());
        params.setName(magnet.name());
        params.setTrackers(magnet.trackers());
        params.setTrackerTiers(
                IntStream.range(0, magnet.trackers().size()).boxed().toList());
        noteUnreachable(magnet.unreachableTrackers(), notes);
        return params;
    }

    private static void noteUnreachable(int count, Consumer<String> notes) {
        if (count > 0) {
            notes.accept("trackers that are left out, as they are neither plain HTTP nor UDP: " + count);
        }
    }

    private void onAlert(Alert<?> alert) {
        if (alert instanceof TorrentFinishedAlert) {
            finished.complete(null);
        } else if (alert instanceof TorrentErrorAlert || alert instanceof FileErrorAlert) {
            finished.completeExceptionally(new IllegalStateException("the download failed: " + alert.message()));
        } else if (alert instanceof TrackerErrorAlert failed) {
            notes.accept("tracker " + failed.trackerUrl() + ": "
                    + failed.error().getMessage() + " " + failed.errorMessage());
        } else if (alert instanceof MetadataFailedAlert) {
            notes.accept("a peer sent metadata that does not match the info hash");
        } else if (alert instanceof PeerConnectAlert connected && peersSeen.size() < MOST_PEERS_COUNTED) {
            peersSeen.add(connected.endpoint().toString());
        }
    }

    /** As it is now: without the word, libtorrent4j gives what it has learned half a second ago. */
    private TorrentStatus status() {
        return torrent.status(true);
    }

    @Override
    public CompletableFuture<Void> finished() {
        return finished.copy();
    }

    @Override
    public String name() {
        TorrentInfo info = torrent.torrentFile();
        return info == null ? "" : info.name();
    }

    @Override
    public long totalBytes() {
        TorrentStatus status = status();
        return status.hasMetadata() ? status.totalWanted() : 0;
    }

    @Override
    public long doneBytes() {
        return status().totalWantedDone();
    }

    @Override
    public long deliveredBytes() {
        return status().totalPayloadDownload();
    }

    @Override
    public int peers() {
        return status().numPeers();
    }

    @Override
    public int peersSeen() {
        return peersSeen.size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        session.close();
    }
}
