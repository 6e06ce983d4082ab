package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.tunnel8.TunnelClient;
import org.tunnel8.examples.torrent.Downloader;
import org.tunnel8.examples.torrent.RandomTorrent;
import org.tunnel8.examples.torrent.ScratchFolder;
import org.tunnel8.examples.torrent.Seeder;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;

/** One run of the demo: a network, a client, two torrent clients, one file; and the verdict. */
final class Demo {
    /** A network of a hundred nodes on two busy cores still finds itself in half of this. */
    private static final Duration CIRCUIT_LIMIT = Duration.ofSeconds(60);

    /** After so long without a new piece something is broken; uTP's own time-outs are half as long. */
    private static final Duration STALL_LIMIT = Duration.ofSeconds(60);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    /** JSON readers get a line of progress at most so often. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    /** The addresses that the network sets aside for others than its nodes are numbered. */
    private static final int CLIENT_NUMBER = 1;

    private static final int SEEDER_NUMBER = 2;

    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024;
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
    private final StopSignal stop;
    private final RandomGenerator random = new SecureRandom();
    private final Set<String> exitAddresses = new TreeSet<>();
    private Set<String> seenPeers = Set.of();
    private String clientAddress = "";
    private double circuitSeconds;
    private double seconds;
    private boolean verified;

    Demo(Settings settings, Report report, StopSignal stop) {
        this.settings = settings;
        this.report = report;
        this.stop = stop;
    }

    /**
     * Runs the demo and reports its verdict.
     *
     * @return whether the file arrived whole and the seeder saw nobody but exits
     */
    boolean run() {
        report.text(
                "A network on this machine: %d relays, %d exits, %d hops; a torrent of %.0f MiB",
                settings.relays(), settings.exits(), settings.hops(), settings.bytes() / BYTES_PER_MEBIBYTE);
        try {
            runInNetwork();
        } catch (RuntimeException e) {
            Throwable cause = TunnelCommand.cause(e);
            if (!TunnelCommand.isExpected(cause)) {
                throw e;
            }
            report.warn("tunnel demo: " + cause.getMessage());
        }
        return reportVerdict();
    }

    private void runInNetwork() {
        try (ScratchFolder scratch = ScratchFolder.create();
                EmbeddedNetwork network = EmbeddedNetwork.builder()
                        .relays(settings.relays())
                        .exits(settings.exits())
                        .build()) {
            requireSpace(scratch);
            network.start().join();
            reportNetwork(network);
            try (TunnelClient client = TunnelClient.builder()
                    .bind(network.clientAddress(CLIENT_NUMBER))
                    .network(network.network())
                    .hops(settings.hops())
                    .circuits(1, 1)
                    .minPeers(Math.min(settings.hops(), settings.relays() + settings.exits()))
                    .build()) {
                long startNanos = System.nanoTime();
                client.start().join();
                client.status().address().ifPresent(address -> clientAddress = Endpoints.text(address));
                CompletableFuture<Double> ready =
                        client.whenReady(CIRCUIT_LIMIT).thenApply(done -> secondsSince(startNanos));
                RandomTorrent torrent =
                        RandomTorrent.write(scratch.folder("seed"), settings.bytes(), random.nextLong());
                stop.awaitEither(ready, CIRCUIT_LIMIT.plusSeconds(1));
                if (stop.isRequested()) {
                    throw new IllegalStateException("stopped before a circuit was up");
                }
                circuitSeconds = ready.join();
                reportCircuit(client);
                try (Seeder seeder = Seeder.start(torrent, network.clientAddress(SEEDER_NUMBER))) {
                    download(torrent, scratch.folder("download"), client, seeder, network);
                }
            }
        }
    }

    private void requireSpace(ScratchFolder scratch) {
        if (scratch.usableBytes() < 2 * settings.bytes()) {
            throw new IllegalStateException("the disk of " + scratch.path() + " has no room for two files of "
                    + Math.round(settings.bytes() / BYTES_PER_MEBIBYTE)
                    + " MiB; use a smaller --size or set -Djava.io.tmpdir");
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
            noteExits(network);
            seenPeers = seeder.seenPeers();
            downloader.finished().getNow(null);
        }
        verified = torrent.isSameIn(folder);
    }

    /** Waits for the end of the download, of the user's patience, or of progress. */
    private void follow(Downloader downloader, Report.Progress bar, EmbeddedNetwork network) {
        long doneBytes = 0;
        long movedNanos = System.nanoTime();
        long reportedNanos = movedNanos;
        while (!stop.awaitEither(downloader.finished(), POLL_INTERVAL)) {
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
                reportProgress(doneBytes);
            }
        }
        if (downloader.finished().isDone()) {
            downloader.finished().join();
            bar.at(settings.bytes());
        } else {
            throw new IllegalStateException("stopped before the download was done");
        }
    }

    /** Exits open and close sockets as circuits come and go: all that there ever were count. */
    private void noteExits(EmbeddedNetwork network) {
        for (InetSocketAddress address : network.exitAddresses()) {
            exitAddresses.add(Endpoints.text(address));
        }
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }

    private void reportNetwork(EmbeddedNetwork network) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "network");
        line.add(
                "bootstrap",
                Endpoints.array(network.network().bootstrap().stream()
                        .map(Endpoints::text)
                        .toList()));
        line.add(
                "relays",
                Endpoints.array(network.relays().stream()
                        .map(TunnelNode::address)
                        .map(Endpoints::text)
                        .toList()));
        line.add(
                "exits",
                Endpoints.array(network.exits().stream()
                        .map(TunnelNode::address)
                        .map(Endpoints::text)
                        .toList()));
        report.json(line);
    }

    private void reportCircuit(TunnelClient client) {
        int circuits = client.status().readyCircuits();
        JsonObject line = new JsonObject();
        line.addProperty("event", "circuit");
        line.addProperty("hops", settings.hops());
        line.addProperty("circuits", circuits);
        line.addProperty("seconds", Report.rounded(circuitSeconds));
        report.json(line);
        report.text("A circuit of %d hops is ready after %.2f s", settings.hops(), circuitSeconds);
    }

    private void reportProgress(long doneBytes) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "progress");
        line.addProperty("bytes", doneBytes);
        line.addProperty("totalBytes", settings.bytes());
        report.json(line);
    }

    private boolean reportVerdict() {
        boolean onlyExitsSeen = !seenPeers.isEmpty() && exitAddresses.containsAll(seenPeers);
        boolean ok = verified && onlyExitsSeen;
        double mebibytesPerSecond = verified ? settings.bytes() / BYTES_PER_MEBIBYTE / seconds : 0;
        JsonObject line = new JsonObject();
        line.addProperty("command", "demo");
        line.addProperty("ok", ok);
        line.addProperty("hops", settings.hops());
        line.addProperty("bytes", settings.bytes());
        line.addProperty("verified", verified);
        line.addProperty("seconds", Report.rounded(seconds));
        line.addProperty("mibPerSecond", Report.rounded(mebibytesPerSecond));
        line.addProperty("circuitSeconds", Report.rounded(circuitSeconds));
        line.add("seenBySwarm", Endpoints.array(seenPeers));
        line.add("exits", Endpoints.array(exitAddresses));
        line.addProperty("client", clientAddress);
        report.json(line);
        if (verified) {
            report.text(
                    "%.0f MiB arrived whole in %.1f s, %.1f MiB/s",
                    settings.bytes() / BYTES_PER_MEBIBYTE, seconds, mebibytesPerSecond);
        }
        if (!seenPeers.isEmpty()) {
            report.text(
                    "The seeder saw %s, %s; the client is %s",
                    String.join(" ", seenPeers), onlyExitsSeen ? "an exit each" : "NOT ONLY EXITS", clientAddress);
        }
        report.text(ok ? "OK" : "FAILED");
        return ok;
    }
}
