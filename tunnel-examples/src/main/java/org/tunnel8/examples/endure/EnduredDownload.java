package org.tunnel8.examples.endure;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.CircuitStatus;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.examples.torrent.Downloader;
import org.tunnel8.examples.torrent.Pace;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.Seeder;

/**
 * Downloads a torrent from several seeders through a fresh client, undisturbed or while hops of its circuit are killed.
 *
 * <p>For one thread, and as many downloads in a row as one likes.
 */
public final class EnduredDownload {
    private static final Logger log = LoggerFactory.getLogger(EnduredDownload.class);

    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    /** After so long without a delivered byte something is broken for good: libtorrent gives up a silent peer after 120 s. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(150);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    /** One primary and the usual standbys (D15). */
    private static final int STANDBYS = 2;

    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024;

    private final Settings settings;
    private final RandomTorrent torrent;
    private final CompletableFuture<?> stop;
    private final DownloadListener listener;

    /**
     * What to run, and where.
     *
     * @param network the network of the members
     * @param members its relays and exits, which the client is to know before it begins
     * @param hops hops of the circuits
     * @param clientAddress local address of the client
     * @param seederAddresses local addresses of the seeders, one for each
     * @param bytesPerSecond how much all seeders together upload
     * @param every time between two kills
     * @param down time between a kill and the restart
     */
    public record Settings(
            TunnelNetwork network,
            List<Member> members,
            int hops,
            InetAddress clientAddress,
            List<InetAddress> seederAddresses,
            long bytesPerSecond,
            Duration every,
            Duration down) {
        /** Copies what could change. */
        public Settings {
            members = List.copyOf(members);
            seederAddresses = List.copyOf(seederAddresses);
        }
    }

    /**
     * Prepares downloads.
     *
     * @param settings what to run
     * @param torrent what to download
     * @param stop completed when the download is to be broken off
     * @param listener hears how it goes
     */
    public EnduredDownload(
            Settings settings, RandomTorrent torrent, CompletableFuture<?> stop, DownloadListener listener) {
        this.settings = settings;
        this.torrent = torrent;
        this.stop = stop;
        this.listener = listener;
    }

    /**
     * Downloads the file once.
     *
     * @param folder an empty folder
     * @param disturbed whether hops are killed
     * @return how it went
     * @throws IllegalStateException if it was stopped, stood still for 150 s, or could not begin
     */
    public DownloadOutcome run(Path folder, boolean disturbed) {
        List<Seeder> seeders = new ArrayList<>();
        try (TunnelClient client = client()) {
            client.start().join();
            int members = settings.members().size();
            await(
                    "the client knew all " + members + " nodes",
                    () -> client.status().peers() >= members);
            await("all circuits were up", () -> client.status().readyCircuits() > STANDBYS);
            int each = (int)
                    (settings.bytesPerSecond() / settings.seederAddresses().size());
            for (InetAddress address : settings.seederAddresses()) {
                seeders.add(Seeder.start(torrent, address, Pace.AS_SHIPPED, each));
            }
            listener.onBegun(client.status());
            return download(client, seeders, folder, disturbed);
        } finally {
            seeders.forEach(Seeder::close);
        }
    }

    private TunnelClient client() {
        return TunnelClient.builder()
                .bind(settings.clientAddress())
                .network(settings.network())
                .hops(settings.hops())
                .circuits(1, STANDBYS)
                // One may be away at any time.
                .minPeers(Math.max(1, settings.members().size() - 1))
                .build();
    }

    private DownloadOutcome download(TunnelClient client, List<Seeder> seeders, Path folder, boolean disturbed) {
        List<InetSocketAddress> addresses =
                seeders.stream().map(Seeder::address).toList();
        long startNanos = System.nanoTime();
        Interruptions interruptions = new Interruptions(startNanos);
        Disturbance disturbance = new Disturbance(
                disturbed ? settings.members() : List.of(), settings.every(), settings.down(), listener, startNanos);
        long endNanos;
        try (Downloader downloader =
                Downloader.start(torrent, folder, client.socks5().address(), addresses, Pace.AS_SHIPPED)) {
            CompletableFuture<Void> finished = downloader.finished();
            Trace trace = new Trace();
            while (!isDone(finished)) {
                long now = System.nanoTime();
                long delivered = downloader.deliveredBytes();
                interruptions.look(now, delivered);
                if (interruptions.silentNanos(now) > STALL_LIMIT.toNanos()) {
                    throw new IllegalStateException(
                            "the download has stood still for " + STALL_LIMIT.toSeconds() + " s");
                }
                List<CircuitStatus> circuits = client.status().circuits();
                trace.look(now - startNanos, delivered, circuits);
                disturbance.look(now, circuits);
                listener.onProgress(downloader.doneBytes());
            }
            endNanos = System.nanoTime();
            interruptions.end(endNanos);
            finished.join();
        }
        disturbance.end();
        return new DownloadOutcome(
                torrent.lengthBytes(),
                Duration.ofNanos(endNanos - startNanos),
                torrent.isSameIn(folder),
                disturbance.kills(),
                interruptions.noted());
    }

    private void await(String what, BooleanSupplier condition) {
        long startNanos = System.nanoTime();
        while (!condition.getAsBoolean()) {
            isDone(new CompletableFuture<>());
            if (System.nanoTime() - startNanos > READY_LIMIT.toNanos()) {
                throw new IllegalStateException(READY_LIMIT.toSeconds() + " s have passed before " + what);
            }
        }
    }

    /** Waits a moment for something; fails if all is to be stopped. */
    private boolean isDone(CompletableFuture<?> awaited) {
        try {
            CompletableFuture.anyOf(awaited, stop).get(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the download was done", e);
        }
        if (!awaited.isDone()) {
            throw new IllegalStateException("stopped before the download was done");
        }
        return true;
    }

    /** Logs at DEBUG what changes in the circuits, and the speed of each second. */
    private final class Trace {
        private String lastCircuits = "";
        private long lastBytes;
        private long lastSecond;

        void look(long elapsedNanos, long bytes, List<CircuitStatus> circuits) {
            if (!log.isDebugEnabled()) {
                return;
            }
            String now = circuits.stream().map(this::text).collect(Collectors.joining("; "));
            if (!now.equals(lastCircuits)) {
                lastCircuits = now;
                log.debug("circuits: {}", now);
            }
            long second = TimeUnit.NANOSECONDS.toSeconds(elapsedNanos);
            if (second > lastSecond) {
                log.debug("second {}: {} MiB", second, String.format("%.2f", (bytes - lastBytes) / BYTES_PER_MEBIBYTE));
                lastSecond = second;
                lastBytes = bytes;
            }
        }

        private String text(CircuitStatus circuit) {
            String path = circuit.path().stream().map(this::name).collect(Collectors.joining(">"));
            return path
                    + (circuit.primary() ? " primary" : "")
                    + (circuit.ready() ? "" : " building")
                    + (circuit.suspect() ? " suspect" : "");
        }

        private String name(String label) {
            return settings.members().stream()
                    .filter(member -> member.label().equals(label))
                    .map(Member::name)
                    .findFirst()
                    .orElse("?");
        }
    }
}
