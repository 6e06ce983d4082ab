package org.tunnel8.examples.torrent;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.libtorrent4j.AddTorrentParams;
import org.libtorrent4j.SettingsPack;
import org.libtorrent4j.TcpEndpoint;
import org.libtorrent4j.TorrentFlags;
import org.libtorrent4j.TorrentInfo;
import org.libtorrent4j.alerts.Alert;
import org.libtorrent4j.alerts.IncomingConnectionAlert;
import org.libtorrent4j.alerts.ListenFailedAlert;
import org.libtorrent4j.alerts.ListenSucceededAlert;
import org.libtorrent4j.alerts.PeerAlert;
import org.libtorrent4j.alerts.SocketType;
import org.libtorrent4j.swig.settings_pack.bool_types;

/**
 * A libtorrent that offers one file to whoever connects over uTP, and remembers everybody it saw.
 *
 * <p>It never connects to anybody itself, and knows no tracker and no DHT. Thread-safe.
 */
public final class Seeder implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(10);

    private static final int UNLIMITED = 0;

    private final Set<String> seenPeers = new ConcurrentSkipListSet<>();
    private final CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
    private final TorrentSession session;

    private Seeder(RandomTorrent torrent, InetAddress bindAddress, Pace pace, int uploadBytesPerSecond) {
        SettingsPack settings = TorrentSession.settings(pace);
        settings.listenInterfaces(bindAddress.getHostAddress() + ":0");
        settings.setBoolean(bool_types.enable_outgoing_utp.swigValue(), false);
        settings.setBoolean(bool_types.allow_multiple_connections_per_ip.swigValue(), true);
        session = TorrentSession.start("seeder-alerts", settings, this::onAlert);
        AddTorrentParams params = new AddTorrentParams();
        params.setTorrentInfo(new TorrentInfo(torrent.metainfo()));
        params.setSavePath(torrent.folder().toAbsolutePath().toString());
        params.setFlags(TorrentFlags.SEED_MODE);
        // The torrent's own limit: a session's does not hold for peers on loopback.
        session.add(params).setUploadLimit(uploadBytesPerSecond);
    }

    /**
     * Starts to seed.
     *
     * @param torrent what to seed
     * @param bindAddress the local address to listen on; the port is a free one
     * @return the seeder, listening
     * @throws IllegalStateException if it could not listen there
     */
    public static Seeder start(RandomTorrent torrent, InetAddress bindAddress) {
        return start(torrent, bindAddress, Pace.LOOPBACK, UNLIMITED);
    }

    /**
     * Starts to seed.
     *
     * @param torrent what to seed
     * @param bindAddress the local address to listen on; the port is a free one
     * @param pace whose waiting times it keeps to
     * @param uploadBytesPerSecond how much it sends to all its peers together; 0 for as much as it can
     * @return the seeder, listening
     * @throws IllegalStateException if it could not listen there
     */
    public static Seeder start(RandomTorrent torrent, InetAddress bindAddress, Pace pace, int uploadBytesPerSecond) {
        Seeder seeder = new Seeder(torrent, bindAddress, pace, uploadBytesPerSecond);
        try {
            seeder.listening.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return seeder;
        } catch (ExecutionException | TimeoutException e) {
            seeder.close();
            String reason =
                    e.getCause() != null ? String.valueOf(e.getCause().getMessage()) : "no answer from libtorrent";
            throw new IllegalStateException("the seeding torrent client could not listen: " + reason, e);
        } catch (InterruptedException e) {
            seeder.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the seeding torrent client started", e);
        }
    }

    private void onAlert(Alert<?> alert) {
        if (alert instanceof ListenSucceededAlert succeeded) {
            if (succeeded.socketType() == SocketType.UTP) {
                listening.complete(new InetSocketAddress(succeeded.address().toString(), succeeded.port()));
            }
        } else if (alert instanceof ListenFailedAlert failed) {
            listening.completeExceptionally(new IllegalStateException(failed.message()));
        } else if (alert instanceof IncomingConnectionAlert incoming) {
            seenPeers.add(text(incoming.endpoint()));
        } else if (alert instanceof PeerAlert<?> peer) {
            seenPeers.add(text(peer.endpoint()));
        }
    }

    private static String text(TcpEndpoint endpoint) {
        return endpoint.address() + ":" + endpoint.port();
    }

    /**
     * Tells where the seeder listens.
     *
     * @return an address and a UDP port
     */
    public InetSocketAddress address() {
        return listening.join();
    }

    /**
     * Tells who was seen so far: everybody whose uTP connection libtorrent accepted, and everybody it had any dealings with after that.
     *
     * @return a copy, in order, as {@code ip:port}
     */
    public Set<String> seenPeers() {
        return new ConcurrentSkipListSet<>(seenPeers);
    }

    /** Ends the session; the file stays. */
    @Override
    public void close() {
        session.close();
    }
}
