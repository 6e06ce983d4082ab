package org.tunnel8.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.examples.monitor.Monitor;
import org.tunnel8.testing.EmbeddedNetwork;

/**
 * Has all of a measured network watched as closely as it can be: its meters in a registry, its events heard, and a monitor whose
 * page and meters somebody reads each second.
 */
final class WatchedNetwork implements AutoCloseable {
    private static final long READ_SECONDS = 1;
    private static final Duration READ_LIMIT = Duration.ofSeconds(10);

    private final Monitor monitor = Monitor.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "bench");
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bench-monitor-reader");
        thread.setDaemon(true);
        return thread;
    });

    /** Has the nodes' meters read. */
    EmbeddedNetwork.Builder meter(EmbeddedNetwork.Builder network) {
        return network.metrics(monitor.registry());
    }

    /** Has the client's meters read and its events heard. */
    TunnelClientBuilder meter(TunnelClientBuilder client) {
        return client.metrics(monitor.registry()).onEvent(event -> events.incrementAndGet());
    }

    /** Shows the client on the page, and begins to read that. */
    void watch(TunnelClient client) {
        monitor.watch(client);
        var unused = reader.scheduleAtFixedRate(this::read, 0, READ_SECONDS, TimeUnit.SECONDS);
    }

    private void read() {
        try {
            URI page = URI.create(monitor.url());
            boolean told = read(page.resolve("status.json")) && read(page.resolve("history.json"));
            if (told && read(page.resolve("/metrics"))) {
                reads.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException("the monitor did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean read(URI what) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(what).timeout(READ_LIMIT).build();
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return answer.statusCode() == 200 && answer.body().length > 0;
    }

    /**
     * Checks that it was watched.
     *
     * @throws IllegalStateException if nobody heard an event or read the page and the meters
     */
    void requireWatched() {
        if (events.get() == 0 || reads.get() == 0) {
            throw new IllegalStateException(
                    "not watched: " + events.get() + " events heard, page and meters read " + reads.get() + " times");
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
        monitor.close();
    }
}
