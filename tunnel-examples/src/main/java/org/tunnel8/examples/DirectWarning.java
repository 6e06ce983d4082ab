package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.tunnel8.DirectLease;
import org.tunnel8.DirectStatus;
import org.tunnel8.TunnelClient;

/**
 * Warns whoever watches a running command, at once and again as long as a lease of direct connections holds (FR-022): a line
 * on standard error in either form, and with JSON a line with how much has gone directly.
 */
final class DirectWarning implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final Report report;
    private final TunnelClient client;
    private final DirectLease lease;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "direct-warning");
        made.setDaemon(true);
        return made;
    });

    private DirectWarning(Report report, TunnelClient client, DirectLease lease) {
        this.report = report;
        this.client = client;
        this.lease = lease;
    }

    /**
     * Begins to warn.
     *
     * @param report where to
     * @param client whose lease it is
     * @param lease as long as which
     * @return to be closed before the client
     */
    static DirectWarning begin(Report report, TunnelClient client, DirectLease lease) {
        DirectWarning warning = new DirectWarning(report, client, lease);
        warning.warn();
        var unused = warning.thread.scheduleAtFixedRate(
                warning::warn, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return warning;
    }

    private void warn() {
        if (!lease.isActive()) {
            thread.shutdown();
            return;
        }
        DirectStatus direct = client.status().direct();
        report.warn(line(direct, lease.until()));
        JsonObject line = new JsonObject();
        line.addProperty("event", "direct-connections");
        line.addProperty("until", lease.until().toString());
        line.addProperty("used", isUsed(direct));
        line.addProperty("datagramsSent", direct.datagramsSent());
        line.addProperty("datagramsReceived", direct.datagramsReceived());
        line.addProperty("streams", direct.streams());
        line.addProperty("openStreams", direct.openStreams());
        line.addProperty("exchanges", direct.exchanges());
        line.addProperty("bytesSent", direct.bytesSent());
        line.addProperty("bytesReceived", direct.bytesReceived());
        report.json(line);
    }

    private static boolean isUsed(DirectStatus direct) {
        return direct.datagramsSent() + direct.streams() + direct.exchanges() > 0;
    }

    /** The warning in words. */
    static String line(DirectStatus direct, Instant until) {
        return "WARNING: direct connections are allowed until " + until.truncatedTo(ChronoUnit.SECONDS)
                + ": without a circuit, peers see your own address. So far "
                + (isUsed(direct)
                        ? direct.datagramsSent() + " datagrams, " + direct.streams() + " streams and "
                                + direct.exchanges() + " HTTP exchanges went directly"
                        : "nothing went directly");
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
