package org.tunnel8.examples;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tunnel8.examples.endure.DownloadOutcome;
import org.tunnel8.examples.endure.EnduredDownload;
import org.tunnel8.examples.endure.ProcessNetwork;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.ScratchFolder;

/**
 * One run of {@code tunnel endure}: a network of processes, an undisturbed download, a disturbed one, and the verdict. Used
 * once, by one thread.
 */
final class Endurance {
    private static final Duration NETWORK_LIMIT = Duration.ofMinutes(2);

    private static final int CLIENT_NUMBER = 1;

    /** The file, and two copies. */
    private static final int FILES = 3;

    /**
     * What to run.
     *
     * @param hops hops of the circuits
     * @param relays relays in the network
     * @param exits exits in the network
     * @param seeders how many seed
     * @param bytesPerSecond how much they upload together
     * @param bytes the file's length
     * @param every time between two kills
     * @param down time between a kill and the restart
     */
    record Settings(
            int hops,
            int relays,
            int exits,
            int seeders,
            long bytesPerSecond,
            long bytes,
            Duration every,
            Duration down) {}

    private final Settings settings;
    private final Report report;
    private final EnduranceReport told;
    private final StopSignal stop;
    private @Nullable DownloadOutcome undisturbed;
    private @Nullable DownloadOutcome disturbed;

    Endurance(Settings settings, Report report, StopSignal stop) {
        this.settings = settings;
        this.report = report;
        this.told = new EnduranceReport(report, settings.bytes());
        this.stop = stop;
    }

    /**
     * Runs both downloads and reports the verdict.
     *
     * @return whether both files arrived whole, and the second at least half as fast as the first
     */
    boolean run() {
        try {
            runNetwork();
        } catch (RuntimeException e) {
            Throwable cause = TunnelCommand.cause(e);
            if (!TunnelCommand.isExpected(cause)) {
                throw e;
            }
            report.warn("tunnel endure: " + cause.getMessage());
        }
        return told.verdict(undisturbed, disturbed);
    }

    private void runNetwork() {
        try (ScratchFolder scratch = ScratchFolder.create();
                ProcessNetwork network = new ProcessNetwork(scratch.folder("keys"))) {
            if (scratch.usableBytes() < FILES * settings.bytes()) {
                throw new IllegalStateException("the disk of " + scratch.path() + " has no room for " + FILES
                        + " files of " + settings.bytes() + " bytes; choose a smaller --size, or another folder with"
                        + " -Djava.io.tmpdir=FOLDER in TUNNEL_JAVA_OPTS");
            }
            CompletableFuture<Void> up = network.start(settings.relays(), settings.exits());
            RandomTorrent torrent = RandomTorrent.write(
                    scratch.folder("seed"), settings.bytes(), new SecureRandom().nextLong(), stop::isRequested);
            if (!stop.awaitEither(up, NETWORK_LIMIT) || !up.isDone()) {
                throw new IllegalStateException("stopped before the network was up");
            }
            up.join();
            EnduredDownload download = new EnduredDownload(download(network), torrent, stop.requested(), told);
            undisturbed = told.during(false, () -> download.run(scratch.folder("undisturbed"), false));
            disturbed = told.during(true, () -> download.run(scratch.folder("disturbed"), true));
        }
    }

    private EnduredDownload.Settings download(ProcessNetwork network) {
        List<InetAddress> seeders = IntStream.rangeClosed(CLIENT_NUMBER + 1, CLIENT_NUMBER + settings.seeders())
                .mapToObj(ProcessNetwork::freeAddress)
                .toList();
        return new EnduredDownload.Settings(
                network.network(),
                network.members(),
                settings.hops(),
                ProcessNetwork.freeAddress(CLIENT_NUMBER),
                seeders,
                settings.bytesPerSecond(),
                settings.every(),
                settings.down());
    }
}
