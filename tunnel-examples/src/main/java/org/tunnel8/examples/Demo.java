package org.tunnel8.examples;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.examples.monitor.Monitor;
import org.tunnel8.examples.torrent.Downloader;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.ScratchFolder;
import org.tunnel8.examples.torrent.Seeder;
import org.tunnel8.testing.EmbeddedNetwork;

/** One run of the demo: a network, a client, two torrent clients, one file; and the verdict. Used once, by one thread. */
final class Demo {
    /** A network of a hundred nodes on two busy cores still finds itself in half of this. */
    private static final Duration NETWORK_LIMIT = Duration.ofSeconds(60);

    private static final Duration CIRCUIT_LIMIT = Duration.ofSeconds(60);

    /** How much later than it promises the client may say that no circuit was ready in time. */
    private static final Duration VERDICT_LIMIT = Duration.ofSeconds(5);

    /** After so long without a new piece something is broken; uTP's own time-outs are half as long. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(60);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    /** JSON readers get a line of progress at most so often. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    /** The addresses that the network sets aside for others than its nodes are numbered. */
    private static final int CLIENT_NUMBER = 1;

    private static final int SEEDER_NUMBER = 2;

    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * What to run.
     *
     * @param hops hops of the circuit
     * @param relays relays in the network
     * @param exits exits in the network
     * @param bytes the file's length
     */
    record Settings(int hops, int relays, int exits, long bytes) {}

    private final Settings settings;
    private final Report report;
    private final DemoReport told;
    private final StopSignal stop;
    private final @Nullable Monitor monitor;
    private final RandomGenerator random = new SecureRandom();
    private final Set<String> exitAddresses = new TreeSet<>();
    private Set<String> seenPeers = Set.of();
    private String clientAddress = "";
    private double circuitSeconds;
    private double seconds;
    private boolean verified;

    Demo(Settings settings, Report report, StopSignal stop, @Nullable Monitor monitor) {
        this.settings = settings;
        this.report = report;
        this.told = new DemoReport(report);
        this.stop = stop;
        this.monitor = monitor;
    }

    /**
     * Runs the demo and reports its verdict.
     *
     * @return whether the file arrived whole and the seeder saw nobody but exits
     */
    boolean run() {
        try {
            runNetwork();
        } catch (RuntimeException e) {
            Throwable cause = TunnelCommand.cause(e);
            if (!TunnelCommand.isExpected(cause)) {
                throw e;
            }
            report.warn("tunnel demo: " + cause.getMessage());
        }
        DemoReport.Verdict verdict = new DemoReport.Verdict(
                settings.hops(),
                settings.bytes(),
                verified,
                seconds,
                circuitSeconds,
                seenPeers,
                exitAddresses,
                clientAddress);
        told.verdict(verdict);
        return verdict.ok();
    }

    private void runNetwork() {
        try (ScratchFolder scratch = ScratchFolder.create();
                EmbeddedNetwork network = EmbeddedNetwork.builder()
                        .relays(settings.relays())
                        .exits(settings.exits())
                        .build()) {
            requireSpace(scratch);
            await(network.start(), NETWORK_LIMIT, "the network was up");
            told.network(network);
            runClient(scratch, network);
        }
    }

    private void requireSpace(ScratchFolder scratch) {
        if (scratch.usableBytes() < 2 * settings.bytes()) {
            throw new IllegalStateException("the disk of " + scratch.path() + " has no room for two files of "
                    + settings.bytes()
                    + " bytes; choose a smaller --size, or another folder with -Djava.io.tmpdir=FOLDER"
                    + " in TUNNEL_JAVA_OPTS");
        }
    }

    private void runClient(ScratchFolder scratch, EmbeddedNetwork network) {
        TunnelClientBuilder builder = TunnelClient.builder()
                .bind(network.clientAddress(CLIENT_NUMBER))
                .network(network.network())
                .hops(settings.hops())
                .circuits(1, 1)
                .minPeers(settings.hops());
        if (monitor != null) {
            builder.metrics(monitor.registry());
        }
        try (TunnelClient client = builder.build()) {
            long startNanos = System.nanoTime();
            if (monitor != null) {
                monitor.watch(client);
            }
            client.start().join();
            client.status().address().ifPresent(address -> clientAddress = Endpoints.text(address));
            CompletableFuture<Double> ready =
                    client.whenReady(CIRCUIT_LIMIT).thenApply(done -> secondsSince(startNanos));
            // Made meanwhile: the circuit does not wait for it.
            RandomTorrent torrent =
                    RandomTorrent.write(scratch.folder("seed"), settings.bytes(), random.nextLong(), stop::isRequested);
            circuitSeconds = await(ready, CIRCUIT_LIMIT.plus(VERDICT_LIMIT), "a circuit was ready");
            told.circuit(client.status(), settings.hops(), circuitSeconds);
            Path folder = scratch.folder("download");
            try (Seeder seeder = Seeder.start(torrent, network.clientAddress(SEEDER_NUMBER))) {
                try {
                    download(torrent, folder, client, seeder, network);
                } finally {
                    seenPeers = seeder.seenPeers();
                    noteExits(network);
                }
            }
            verified = torrent.isSameIn(folder);
        }
    }

    private void download(
            RandomTorrent torrent, Path folder, TunnelClient client, Seeder seeder, EmbeddedNetwork network) {
        long startNanos = System.nanoTime();
        try (Downloader downloader =
                        Downloader.start(torrent, folder, client.socks5().address(), seeder.address());
                Report.Progress bar = report.progress("download", settings.bytes())) {
            follow(downloader, bar, network);
            seconds = secondsSince(startNanos);
            bar.at(settings.bytes());
        }
    }

    /** Waits for the end of the download, of the user's patience, or of progress. */
    private void follow(Downloader downloader, Report.Progress bar, EmbeddedNetwork network) {
        long doneBytes = 0;
        long movedNanos = System.nanoTime();
        long reportedNanos = movedNanos;
        CompletableFuture<Void> finished = downloader.finished();
        while (!stop.awaitEither(finished, POLL_INTERVAL)) {
            noteExits(network);
            long now = System.nanoTime();
            long newlyDone = downloader.doneBytes();
            if (newlyDone > doneBytes) {
                doneBytes = newlyDone;
                movedNanos = now;
            } else if (now - movedNanos > STALL_LIMIT.toNanos()) {
                throw new IllegalStateException("the download has stood still for " + STALL_LIMIT.toSeconds() + " s");
            }
            bar.at(doneBytes);
            if (now - reportedNanos >= PROGRESS_INTERVAL.toNanos()) {
                reportedNanos = now;
                told.progress(doneBytes, settings.bytes());
            }
        }
        requireDone(finished, "the download was done");
    }

    /** Exits open and close sockets as circuits come and go: all that there ever were count. */
    private void noteExits(EmbeddedNetwork network) {
        network.exitAddresses().forEach(address -> exitAddresses.add(Endpoints.text(address)));
    }

    private <T> T await(CompletableFuture<T> awaited, Duration limit, String what) {
        if (!stop.awaitEither(awaited, limit)) {
            throw new IllegalStateException(limit.toSeconds() + " s have passed before " + what);
        }
        return requireDone(awaited, what);
    }

    private static <T> T requireDone(CompletableFuture<T> awaited, String what) {
        if (!awaited.isDone()) {
            throw new IllegalStateException("stopped before " + what);
        }
        return awaited.join();
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }
}
