package org.tunnel8.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.examples.bt.BtDownload;
import org.tunnel8.examples.fetch.Download;
import org.tunnel8.examples.fetch.TorrentSource;
import org.tunnel8.examples.monitor.Monitor;
import org.tunnel8.examples.torrent.LibtorrentDownload;
import org.tunnel8.examples.torrent.TunnelSettings;

/** One run of {@code tunnel fetch}: a client, a torrent client, one download; and how it ended. Used once, by one thread. */
final class Fetch {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    /** How much later than it promises the client may say that no circuit was ready in time. */
    private static final Duration VERDICT_LIMIT = Duration.ofSeconds(5);

    private static final int PASSWORD_BYTES = 16;

    /** Any: where users are kept apart, the password alone is checked. */
    private static final String ANY_USER = "fetch";

    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * What to run.
     *
     * @param source what to fetch
     * @param client with which torrent client
     * @param hops hops of the circuits
     * @param isolate whether the torrent has circuits of its own
     * @param tcpOnly whether libtorrent reaches peers by TCP through the proxy
     * @param output where to
     * @param peers peers to begin with
     * @param limit when to give up
     */
    record Settings(
            TorrentSource source,
            FetchClient client,
            int hops,
            boolean isolate,
            boolean tcpOnly,
            Path output,
            List<InetSocketAddress> peers,
            Duration limit) {}

    private final Settings settings;
    private final JoinOptions join;
    private final @Nullable Monitor monitor;
    private final Report report;
    private final FetchReport told;
    private final StopSignal stop;
    private final long startNanos = System.nanoTime();
    private final @Nullable String password;

    Fetch(Settings settings, JoinOptions join, Report report, Surroundings surroundings, @Nullable Monitor monitor) {
        this.settings = settings;
        this.join = join;
        this.monitor = monitor;
        this.report = report;
        this.told = new FetchReport(report, surroundings.terminal());
        this.stop = surroundings.stop();
        this.password = settings.isolate() ? newPassword() : null;
    }

    private static String newPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Runs it and reports how it ended.
     *
     * @return whether all of the torrent is there
     */
    boolean run() {
        makeFolder();
        TunnelClientBuilder builder =
                TunnelClient.builder().hops(settings.hops()).onEvent(new EntryEvents(report));
        join.applyTo(builder);
        if (password != null) {
            builder.socks5Credentials(ANY_USER, password).socks5IsolateByUser();
        }
        if (monitor != null) {
            builder.metrics(monitor.registry());
        }
        try (TunnelClient client = builder.build()) {
            if (monitor != null) {
                monitor.watch(client);
            }
            client.start().join();
            CompletableFuture<Void> ready = client.whenReady(settings.limit());
            stop.awaitEither(ready, settings.limit().plus(VERDICT_LIMIT));
            if (stop.isRequested()) {
                throw new IllegalStateException("stopped before a circuit was ready");
            }
            ready.join();
            double circuitSeconds = secondsSince(startNanos);
            told.ready(client.status().readyCircuits(), circuitSeconds);
            return download(client, circuitSeconds);
        }
    }

    private void makeFolder() {
        try {
            Files.createDirectories(settings.output());
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + settings.output() + " cannot be made: " + e.getMessage(), e);
        }
    }

    private boolean download(TunnelClient client, double circuitSeconds) {
        long beganNanos = System.nanoTime();
        try (Download download = start(client)) {
            String trouble = follow(download);
            FetchReport.Verdict verdict = new FetchReport.Verdict(
                    settings.client().text(),
                    settings.hops(),
                    download.name(),
                    download.totalBytes(),
                    trouble == null ? download.totalBytes() : download.doneBytes(),
                    download.deliveredBytes(),
                    trouble == null,
                    secondsSince(beganNanos),
                    circuitSeconds,
                    download.peersSeen());
            if (trouble != null) {
                report.warn("tunnel fetch: " + trouble);
            }
            told.verdict(verdict);
            return verdict.ok();
        }
    }

    private Download start(TunnelClient client) {
        try {
            if (settings.client() == FetchClient.BT) {
                return BtDownload.start(
                        client, settings.isolate(), settings.source(), settings.peers(), settings.output(), told::note);
            }
            TunnelSettings tunnel = TunnelSettings.through(client.socks5().address())
                    .over(settings.tcpOnly() ? TunnelSettings.Transport.TCP : TunnelSettings.Transport.UTP);
            return LibtorrentDownload.start(
                    settings.source(), settings.peers(), settings.output(), tunnel, password, told::note);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /**
     * Waits for the end of the download, or of the user's patience.
     *
     * @return why it is not done; null if it is
     */
    private @Nullable String follow(Download download) {
        CompletableFuture<Void> finished = download.finished();
        Report.Progress bar = Report.Progress.NONE;
        try {
            long barBytes = 0;
            while (!stop.awaitEither(finished, POLL_INTERVAL)) {
                long total = download.totalBytes();
                if (total > 0 && barBytes == 0) {
                    told.known(download.name(), total);
                    bar = report.progress("fetch", total);
                    barBytes = total;
                }
                long done = download.doneBytes();
                bar.at(done);
                told.progress(done, total, download.peers());
                if (System.nanoTime() - startNanos > settings.limit().toNanos()) {
                    return settings.limit().toSeconds() + " s have passed before the download was done";
                }
            }
            if (!finished.isDone()) {
                return "stopped before the download was done";
            }
            if (finished.isCompletedExceptionally()) {
                return finished.handle((done, failure) ->
                                String.valueOf(TunnelCommand.cause(failure).getMessage()))
                        .join();
            }
            if (barBytes == 0) {
                // All of it came between two looks.
                told.known(download.name(), download.totalBytes());
            }
            bar.at(barBytes);
            return null;
        } finally {
            bar.close();
        }
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }
}
