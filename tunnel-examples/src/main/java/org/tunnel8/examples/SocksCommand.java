package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DirectConsent;
import org.tunnel8.DirectLease;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.examples.monitor.Monitor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel socks}: a client and its SOCKS5 proxy, for torrent clients that run beside it. */
@Command(
        name = "socks",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Runs a client with a SOCKS5 proxy in front of its circuits.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel socks [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "The proxy takes UDP ASSOCIATE, and CONNECT: to an address as a uTP stream, to a name as one plain HTTP"
                    + " request. What it is given leaves through circuits of one to three hops."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel socks --listen 127.0.0.1:1080                       through Tribler's network",
            "  tunnel socks --hops 1 --bootstrap 127.0.0.1:6421 --min-peers 2",
            "  tunnel socks --json --duration 600",
            "  tunnel socks --monitor                                     with a page that shows how it is doing",
            "  tunnel socks --allow-direct-connections 1h                 peers may see your own address meanwhile",
            "",
            "Point a torrent client at the printed address: SOCKS5, for peers, trackers and names alike.",
            "What the torrent client sends beside the proxy is not protected."
        })
final class SocksCommand implements Callable<Integer> {
    /** How much later than it promises the client may say that no circuit was ready in time. */
    private static final Duration VERDICT_LIMIT = Duration.ofSeconds(5);

    private static final double NANOS_PER_SECOND = 1e9;

    private final Surroundings surroundings;

    @Option(
            names = "--hops",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.Hops.class,
            description = "How many hops circuits have, 1 to 3 (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(
            names = "--listen",
            paramLabel = "IP:PORT",
            defaultValue = "127.0.0.1:0",
            converter = OptionTypes.ListenEndpoint.class,
            description = "Where the proxy listens; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress listen = new InetSocketAddress(0);

    @Mixin
    private JoinOptions join = new JoinOptions();

    @Option(
            names = "--bandwidth",
            paramLabel = "SIZE/s",
            converter = OptionTypes.BytesPerSecond.class,
            description =
                    "Sends no more than this, such as 5MiB/s or 20Mbit/s, and drops what comes on top: for a modem"
                            + " whose queue would grow (default: no limit).")
    private @Nullable Long bandwidth;

    @Option(
            names = "--allow-hop",
            paramLabel = "RULE",
            converter = OptionTypes.HopRule.class,
            description = "Uses nobody but these as hops: an address, a block like 192.0.2.0/24, or the hexadecimal"
                    + " digits of a public key or its mid; may be given several times (default: anybody).")
    private List<String> allowedHops = new ArrayList<>();

    @Option(
            names = "--deny-hop",
            paramLabel = "RULE",
            converter = OptionTypes.HopRule.class,
            description = "Never uses these as hops; may be given several times (default: nobody is denied).")
    private List<String> deniedHops = new ArrayList<>();

    @Option(
            names = "--inbound",
            paramLabel = "IP:PORT",
            converter = OptionTypes.RemoteEndpoint.class,
            description = "Where the torrent client listens for TCP: peers that reach an exit's port by uTP are handed"
                    + " there (default: nobody is let in).")
    private @Nullable InetSocketAddress inbound;

    @Option(
            names = "--spread",
            description = "Spreads flows over all ready circuits, for throughput, instead of keeping standbys.")
    private boolean spread;

    @Option(
            names = "--allow-direct-connections",
            paramLabel = "TIME",
            converter = OptionTypes.LeaseDuration.class,
            description = "Lets traffic leave without a circuit, for so long from the start on (90s, 30m, 1h; 24h at"
                    + " most), while there is none: peers, trackers and your name server then see YOUR OWN ADDRESS"
                    + " and what you ask them for. A warning stands on standard error as long as that is allowed"
                    + " (default: nothing ever leaves without a circuit).")
    private @Nullable Duration directConnections;

    @Mixin
    private DurationOption lifetime = new DurationOption();

    @Mixin
    private MonitorOptions monitoring = new MonitorOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    SocksCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Report report = new Report(surroundings, common.json());
        Duration duration = lifetime.duration();
        if (!listen.getAddress().isLoopbackAddress()) {
            throw new UsageException("--listen must be a loopback address, not " + Endpoints.text(listen)
                    + ": the proxy asks nobody for a password");
        }
        try (Monitor monitor = monitoring.open(report, "socks")) {
            run(report, duration, monitor);
        }
        report.text("left");
        return 0;
    }

    private void run(Report report, Duration duration, @Nullable Monitor monitor) {
        EntryEvents events = EntryEvents.held(report);
        TunnelClientBuilder builder = TunnelClient.builder()
                .hops(hops)
                .allowHops(allowedHops)
                .denyHops(deniedHops)
                .socks5(listen)
                .onEvent(events);
        join.applyTo(builder);
        if (inbound != null) {
            builder.inbound(inbound);
        }
        if (spread) {
            builder.spread();
        }
        if (bandwidth != null) {
            builder.bandwidth(bandwidth);
        }
        if (monitor != null) {
            builder.metrics(monitor.registry());
        }
        try (TunnelClient client = builder.build()) {
            long startNanos = System.nanoTime();
            if (monitor != null) {
                monitor.watch(client);
            }
            client.start().join();
            reportProxy(report, client);
            events.begin();
            if (directConnections == null) {
                serve(report, client, duration, startNanos);
            } else {
                DirectLease lease = client.directConnections(DirectConsent.userAcceptsIpExposure(directConnections));
                DirectWarning warning = DirectWarning.begin(report, client, lease);
                try {
                    serve(report, client, duration, startNanos);
                } finally {
                    warning.close();
                    lease.revoke();
                }
            }
        }
    }

    private void serve(Report report, TunnelClient client, Duration duration, long startNanos) {
        CompletableFuture<Void> ready = client.whenReady(duration);
        surroundings.stop().awaitEither(ready, duration.plus(VERDICT_LIMIT));
        if (!surroundings.stop().isRequested()) {
            ready.join();
            reportReady(report, client, (System.nanoTime() - startNanos) / NANOS_PER_SECOND);
        }
        surroundings.stop().await(duration.minusNanos(System.nanoTime() - startNanos));
    }

    private static void reportProxy(Report report, TunnelClient client) {
        String address = Endpoints.text(client.socks5().address());
        JsonObject line = new JsonObject();
        line.addProperty("event", "proxy");
        line.addProperty("address", address);
        report.json(line);
        report.text("SOCKS5 proxy on %s; no circuit yet", address);
    }

    private static void reportReady(Report report, TunnelClient client, double seconds) {
        int circuits = client.status().readyCircuits();
        JsonObject line = new JsonObject();
        line.addProperty("event", "ready");
        line.addProperty("circuits", circuits);
        line.addProperty("seconds", Report.rounded(seconds));
        report.json(line);
        report.text("ready after %.1f s, circuits: %d", seconds, circuits);
    }
}
