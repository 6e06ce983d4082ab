package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tunnel8.examples.fetch.MagnetLink;
import org.tunnel8.examples.fetch.TorrentSource;
import org.tunnel8.examples.monitor.Monitor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tunnel fetch}: reads the options and runs a {@link Fetch}. */
@Command(
        name = "fetch",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Downloads a torrent through circuits.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel fetch [OPTION]... FILE.torrent|MAGNET",
        descriptionHeading = "%n",
        parameterListHeading = "%nWhat to fetch:%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Runs a client of the network and a torrent client that has no other way out: peers, trackers, host names and a magnet"
                    + " URI's metadata all go through circuits. Trackers are asked by plain HTTP and by UDP; the DHT is off. Ends when"
                    + " every piece is there and matches its hash. What has arrived is kept when it is stopped before, and the next"
                    + " fetch into the same folder goes on from there."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel fetch debian.torrent                                through Tribler's network",
            "  tunnel fetch debian.torrent --client bt --output downloads --isolate",
            "  tunnel fetch 'magnet:?xt=urn:btih:...&tr=udp%%3A%%2F%%2Ftracker.example%%3A6969'",
            "  tunnel fetch debian.torrent --monitor                      with a page that shows the circuits",
            "  tunnel fetch --json --timeout 3600 --hops 2 debian.torrent",
            "",
            "Three hops hide you from the exit and from the swarm. The exit sees which peers and trackers you talk to."
        })
final class FetchCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(
            arity = "1",
            paramLabel = "FILE.torrent|MAGNET",
            converter = OptionTypes.Source.class,
            description = "A .torrent file, or a magnet URI with a tracker or a peer in it.")
    private @Nullable TorrentSource source;

    @Option(
            names = "--client",
            paramLabel = "NAME",
            defaultValue = "libtorrent",
            converter = OptionTypes.ClientName.class,
            description =
                    "The torrent client: libtorrent, through the SOCKS5 proxy, or bt, written in Java, on streams of"
                            + " the tunnel (default: ${DEFAULT-VALUE}).")
    private FetchClient client = FetchClient.LIBTORRENT;

    @Option(
            names = "--hops",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.Hops.class,
            description = "How many hops circuits have, 1 to 3 (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(names = "--isolate", description = "Gives the torrent circuits of its own, which carry nothing else.")
    private boolean isolate;

    @Option(
            names = "--tcp-only",
            description =
                    "Has libtorrent reach peers by TCP connections to the proxy, which the tunnel carries, in place"
                            + " of its own uTP.")
    private boolean tcpOnly;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "The folder to download into; made when missing (default: the current one).")
    private Path output = Path.of(".");

    @Option(
            names = "--peer",
            paramLabel = "IP:PORT",
            converter = OptionTypes.RemoteEndpoint.class,
            description = "A peer to begin with, beside those that trackers name; may be given several times.")
    private List<InetSocketAddress> peers = new ArrayList<>();

    @Mixin
    private JoinOptions join = new JoinOptions();

    @Option(
            names = "--timeout",
            paramLabel = "S",
            converter = OptionTypes.Seconds.class,
            description = "Give up after so many seconds (default: never).")
    private @Nullable Integer timeoutSeconds;

    @Mixin
    private MonitorOptions monitoring = new MonitorOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    FetchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (source == null) {
            throw new UsageException("a .torrent file or a magnet URI is missing");
        }
        if (tcpOnly && client != FetchClient.LIBTORRENT) {
            throw new UsageException("--tcp-only is for libtorrent: bt talks to its peers by streams of the tunnel");
        }
        if (peers.isEmpty()
                && source instanceof MagnetLink link
                && link.trackers().isEmpty()
                && link.peers().isEmpty()) {
            throw new UsageException("the magnet URI names no peer, and no tracker that can be asked through the tunnel"
                    + " (tr=http:... or tr=udp:...); give a peer with --peer");
        }
        Fetch.Settings settings = new Fetch.Settings(
                source,
                client,
                hops,
                isolate,
                tcpOnly,
                output,
                List.copyOf(peers),
                timeoutSeconds == null ? DurationOption.FOREVER : Duration.ofSeconds(timeoutSeconds));
        Report report = new Report(surroundings, common.json());
        try (Monitor monitor = monitoring.open(report, "fetch")) {
            if (monitor != null) {
                // The first line of its own may be minutes away.
                JsonObject line = new JsonObject();
                line.addProperty("event", "monitor");
                report.json(line);
            }
            return new Fetch(settings, join, report, surroundings, monitor).run() ? 0 : TunnelCommand.STATUS_FAILED;
        }
    }
}
