package org.tunnel8.examples.monitor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tunnel8.TunnelClient;
import org.tunnel8.node.TunnelNode;

/**
 * A web page that shows live how a client or a node is doing, and its meters for Prometheus.
 *
 * <p>Opened before what it watches, so that a port that is taken is told before anything starts, and closed after it. A sample is
 * taken each second by a thread of the monitor's own; requests are answered with the last one by another thread. Thread-safe.
 */
public final class Monitor implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Sampler sampler;
    private final PageServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Monitor(InetSocketAddress address, String command) {
        sampler = new Sampler(command);
        Site site = new Site(sampler, () -> registry.scrape().getBytes(StandardCharsets.UTF_8));
        server = PageServer.start(address, AccessToken.random(), site, PageServer.REQUEST_LIMIT);
    }

    /**
     * Begins to serve the page; it says that nothing has begun until {@code watch} is called.
     *
     * @param address where; port 0 takes a free one
     * @param command the name of the command that it belongs to, shown on the page
     * @return to be closed after what it watches
     * @throws IllegalStateException if the address cannot be bound, with a message for the user
     */
    public static Monitor open(InetSocketAddress address, String command) {
        return new Monitor(address, command);
    }

    /**
     * Where the page is.
     *
     * @return a URL with the token that opens it; on a wildcard address, with the loopback address in its place
     */
    public String url() {
        return server.url();
    }

    /**
     * Whether only programs on this machine can reach it.
     *
     * @return true on a loopback address; the meters are then served without the token as well
     */
    public boolean isLocal() {
        return server.isLocal();
    }

    /**
     * What to hand to the builders of what is watched, for the meters under {@code /metrics}.
     *
     * @return this monitor's own registry
     */
    public MeterRegistry registry() {
        return registry;
    }

    /**
     * Shows a client from now on.
     *
     * @param client perhaps not started yet
     */
    public void watch(TunnelClient client) {
        sampler.watch(new ClientView(client));
    }

    /**
     * Shows a node from now on.
     *
     * @param node started
     */
    public void watch(TunnelNode node) {
        sampler.watch(new NodeView(node));
    }

    /** Ends the server and its threads, and closes what connections are left. Repeated calls do nothing. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        server.close();
        sampler.close();
        registry.close();
    }
}
