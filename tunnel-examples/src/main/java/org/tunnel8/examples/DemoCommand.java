package org.tunnel8.examples;

import java.util.concurrent.Callable;
import org.tunnel8.examples.monitor.Monitor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel demo}: reads the options and runs a {@link Demo}. */
@Command(
        name = "demo",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Downloads a torrent through circuits of a whole network on this machine.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel demo [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Starts a bootstrap server, relays and exits, each a real node on a loopback address of its own; a torrent client that seeds a"
                    + " random file; and one that downloads it, whose only way out is the SOCKS5 proxy of a Tunnel8 client. Succeeds if the"
                    + " file arrives whole and the seeder saw nobody but exits."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel demo                                64 MiB through three hops",
            "  tunnel demo --hops 1 --size 16             a quick one",
            "  tunnel demo --relays 8 --exits 4 --json    a larger network, told in JSON",
            "  tunnel demo --size 1024 --monitor          with a page to watch it on",
            "  TUNNEL_JAVA_OPTS=-Xmx128m tunnel demo --size 1024"
        })
final class DemoCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--hops",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.Hops.class,
            description = "How many hops the circuit has, 1 to 3 (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(
            names = "--relays",
            paramLabel = "N",
            defaultValue = "4",
            converter = OptionTypes.RelayCount.class,
            description = "How many relays to start (default: ${DEFAULT-VALUE}).")
    private int relays;

    @Option(
            names = "--exits",
            paramLabel = "N",
            defaultValue = "2",
            converter = OptionTypes.ExitCount.class,
            description = "How many exits to start (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--size",
            paramLabel = "MIB",
            defaultValue = "64",
            converter = OptionTypes.Mebibytes.class,
            description = "The size of the file in MiB (default: ${DEFAULT-VALUE}).")
    private int sizeMebibytes;

    @Mixin
    private MonitorOptions monitoring = new MonitorOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (relays < hops - 1) {
            throw new UsageException(
                    "--hops " + hops + " needs at least --relays " + (hops - 1) + " beside the exit, not " + relays);
        }
        Report report = new Report(surroundings, common.json());
        report.text(
                "network    %d relays, %d exits, circuits of %d, a torrent of %d MiB, all on this machine",
                relays, exits, hops, sizeMebibytes);
        Demo.Settings settings = new Demo.Settings(hops, relays, exits, sizeMebibytes * 1024L * 1024);
        try (Monitor monitor = monitoring.open(report, "demo")) {
            boolean ok = new Demo(settings, report, surroundings.stop(), monitor).run();
            return ok ? 0 : TunnelCommand.STATUS_FAILED;
        }
    }
}
