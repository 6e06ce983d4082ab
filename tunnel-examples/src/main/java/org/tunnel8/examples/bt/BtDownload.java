package org.tunnel8.examples.bt;

import bt.Bt;
import bt.BtClientBuilder;
import bt.data.Storage;
import bt.data.file.FileSystemStorage;
import bt.magnet.MagnetUri;
import bt.metainfo.MetadataService;
import bt.metainfo.Torrent;
import bt.metainfo.TorrentId;
import bt.net.ConnectionKey;
import bt.net.IPeerConnectionPool;
import bt.net.InetPeer;
import bt.net.Peer;
import bt.net.PeerConnection;
import bt.peer.IPeerRegistry;
import bt.runtime.BtClient;
import bt.runtime.BtRuntime;
import bt.torrent.TorrentDescriptor;
import bt.torrent.TorrentRegistry;
import bt.torrent.TorrentSessionState;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;
import org.tunnel8.examples.fetch.Download;
import org.tunnel8.examples.fetch.MagnetLink;
import org.tunnel8.examples.fetch.MetainfoFile;
import org.tunnel8.examples.fetch.TorrentSource;

/**
 * A {@code bt} that downloads one torrent, with everything it says going through the tunnel (see {@link TunnelModule}).
 *
 * <p>What is in the folder already is checked and kept. Thread-safe.
 */
public final class BtDownload implements Download {
    private static final long STATE_MILLIS = 50;
    private static final long RETRY_MILLIS = 1_000;

    /** For the last word to trackers, once all is there. */
    private static final long FAREWELL_SECONDS = 3;

    /** A swarm's worth; beyond it, peers are no longer counted. */
    private static final int MOST_PEERS_COUNTED = 10_000;

    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final Set<InetSocketAddress> peersSeen = ConcurrentHashMap.newKeySet();
    /** Of pieces that peers have sent and that are right. */
    private final AtomicLong verifiedBytes = new AtomicLong();

    private final PeerRetries retries = new PeerRetries();
    private final BtRuntime runtime;
    private final TorrentId id;
    private final Storage storage;
    private final BtClient client;
    private final CompletableFuture<?> processing;
    private final ScheduledExecutorService retrying;
    private volatile boolean closing;
    private volatile @Nullable Torrent torrent;
    private volatile @Nullable TorrentSessionState state;

    private BtDownload(
            BtRuntime runtime,
            TorrentId id,
            @Nullable Torrent torrent,
            @Nullable MagnetUri magnet,
            List<InetSocketAddress> peers,
            Path folder) {
        this.runtime = runtime;
        this.id = id;
        this.torrent = torrent;
        this.storage = new FileSystemStorage(folder.toAbsolutePath());
        BtClientBuilder builder = Bt.client(runtime)
                .storage(storage)
                .afterTorrentFetched(fetched -> this.torrent = fetched)
                .stopWhenDownloaded();
        if (torrent != null) {
            builder.torrent(() -> torrent);
        } else if (magnet != null) {
            builder.magnet(magnet);
        }
        client = builder.build();
        peers.forEach(peer -> retries.add(peer, System.nanoTime()));
        runtime.getEventSource()
                .onPeerDiscovered(id, event -> retries.discovered(address(event.getPeer()), System.nanoTime()))
                .onPeerConnected(id, event -> onConnected(address(event.getPeer())))
                .onPieceVerified(id, event -> onPiece(event.getPieceIndex()));
        processing = client.startAsync(this::onState, STATE_MILLIS);
        var unused = processing.whenComplete((done, failure) -> onProcessed(failure));
        retrying = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "bt-peer-retries");
            thread.setDaemon(true);
            return thread;
        });
        var unusedSchedule =
                retrying.scheduleWithFixedDelay(this::retry, RETRY_MILLIS, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts to download.
     *
     * @param tunnel the client to go through, started; it is not closed with the download
     * @param isolate whether the torrent has circuits of its own: its info hash is the isolation key
     * @param source what to download
     * @param peers peers to begin with, beside those that the source names; resolved
     * @param folder an existing folder; what of the torrent is there already is kept
     * @param notes told in half a sentence what a user may want to know, on any thread
     * @return the download, at work
     * @throws IllegalArgumentException if the source is no torrent
     */
    public static BtDownload start(
            TunnelClient tunnel,
            boolean isolate,
            TorrentSource source,
            List<InetSocketAddress> peers,
            Path folder,
            Consumer<String> notes) {
        // Read before the runtime is there, as the key of its circuits is in it.
        Torrent torrent = source instanceof MetainfoFile file ? torrent(file) : null;
        MagnetLink magnet = source instanceof MagnetLink link ? link : null;
        TorrentId id = torrent != null
                ? torrent.getTorrentId()
                : TorrentId.fromBytes(HexFormat.of().parseHex(((MagnetLink) source).infoHash()));
        FlowOptions options = isolate
                ? FlowOptions.standard().isolated(HexFormat.of().formatHex(id.getBytes()))
                : FlowOptions.standard();
        BtRuntime runtime = BtRuntime.builder(TunnelModule.config())
                .disableLocalServiceDiscovery()
                .module(new TunnelModule(tunnel, options, notes))
                .build();
        if (magnet != null && magnet.unreachableTrackers() > 0) {
            notes.accept("trackers that are left out, as they are neither plain HTTP nor UDP: "
                    + magnet.unreachableTrackers());
        }
        BtDownload download =
                new BtDownload(runtime, id, torrent, magnet == null ? null : uri(id, magnet), peers, folder);
        if (magnet != null) {
            magnet.peers().forEach(peer -> download.retries.add(peer, System.nanoTime()));
        }
        return download;
    }

    private static Torrent torrent(MetainfoFile file) {
        try {
            return new MetadataService().fromByteArray(file.bytes());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the .torrent file is damaged, or none that bt knows: " + e.getMessage(), e);
        }
    }

    /** Without peers, which are tried by {@link PeerRetries}. */
    private static MagnetUri uri(TorrentId id, MagnetLink magnet) {
        MagnetUri.Builder builder = MagnetUri.torrentId(id);
        if (!magnet.name().isEmpty()) {
            builder.name(magnet.name());
        }
        magnet.trackers().forEach(builder::tracker);
        return builder.buildUri();
    }

    private static InetSocketAddress address(Peer peer) {
        return new InetSocketAddress(peer.getInetAddress(), peer.getPort());
    }

    private void onConnected(InetSocketAddress peer) {
        if (peersSeen.size() < MOST_PEERS_COUNTED) {
            peersSeen.add(peer);
        }
    }

    private void onPiece(int piece) {
        Torrent known = torrent;
        if (known != null) {
            long behind = known.getSize() - piece * known.getChunkSize();
            verifiedBytes.addAndGet(Math.min(known.getChunkSize(), behind));
        }
    }

    private void onState(TorrentSessionState latest) {
        state = latest;
        if (torrent != null && latest.getLeft() == 0 && latest.getPiecesRemaining() == 0) {
            storage.flush();
            finished.complete(null);
        }
    }

    private void onProcessed(@Nullable Throwable failure) {
        if (failure != null) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            finished.completeExceptionally(new IllegalStateException("the download failed: " + cause.getMessage()));
        } else if (isWhole()) {
            finished.complete(null);
        } else {
            finished.completeExceptionally(new IllegalStateException("the download has ended before it was done"));
        }
    }

    /** It ends by itself when all is there, and what was told of its state last may be older than the last piece. */
    private boolean isWhole() {
        Torrent known = torrent;
        if (known == null || closing) {
            return false;
        }
        storage.flush();
        return PieceCheck.isWhole(known, storage);
    }

    private void retry() {
        boolean active = runtime.service(TorrentRegistry.class)
                .getDescriptor(id)
                .map(TorrentDescriptor::isActive)
                .orElse(false);
        if (active && !finished.isDone()) {
            IPeerRegistry peers = runtime.service(IPeerRegistry.class);
            retries.due(System.nanoTime(), this::isConnected)
                    .forEach(peer -> peers.addPeer(id, InetPeer.build(peer.getAddress(), peer.getPort())));
        }
    }

    private boolean isConnected(InetSocketAddress peer) {
        PeerConnection connection = runtime.service(IPeerConnectionPool.class)
                .getConnection(
                        new ConnectionKey(InetPeer.build(peer.getAddress(), peer.getPort()), peer.getPort(), id));
        return connection != null && !connection.isClosed();
    }

    @Override
    public CompletableFuture<Void> finished() {
        return finished.copy();
    }

    @Override
    public String name() {
        Torrent known = torrent;
        return known == null ? "" : known.getName();
    }

    @Override
    public long totalBytes() {
        Torrent known = torrent;
        return known == null ? 0 : known.getSize();
    }

    @Override
    public long doneBytes() {
        TorrentSessionState latest = state;
        long left = latest == null ? TorrentSessionState.UNKNOWN : latest.getLeft();
        return left == TorrentSessionState.UNKNOWN ? 0 : totalBytes() - left;
    }

    @Override
    public long deliveredBytes() {
        TorrentSessionState latest = state;
        // The state is told at intervals, and a short download is done before the first.
        return Math.max(verifiedBytes.get(), latest == null ? 0 : latest.getDownloaded());
    }

    @Override
    public int peers() {
        TorrentSessionState latest = state;
        return latest == null ? 0 : latest.getConnectedPeers().size();
    }

    @Override
    public int peersSeen() {
        return peersSeen.size();
    }

    @Override
    public void close() {
        closing = true;
        retrying.shutdownNow();
        if (finished.isDone() && !finished.isCompletedExceptionally()) {
            awaitFarewell();
        }
        if (client.isStarted()) {
            client.stop();
        }
        runtime.shutdown();
    }

    private void awaitFarewell() {
        try {
            processing.get(FAREWELL_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The download itself is done; trackers will notice by themselves.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
