package org.tunnel8.examples;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel endure}: reads the options and runs an {@link Endurance}. */
@Command(
        name = "endure",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Downloads a torrent twice, the second time while relays and exits in use are killed.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel endure [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Starts a bootstrap server, relays and exits, each a process of its own, and seeders that share one upload speed. A torrent"
                    + " client downloads through the SOCKS5 proxy of a Tunnel8 client: once undisturbed, then while a hop of the circuit in use,"
                    + " relay and exit by turns, is killed again and again (SIGKILL) and started again soon after. Succeeds if both files arrive"
                    + " whole and the second download is at least half as fast as the first."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel endure                              256 MiB at 5 MiB/s, a kill every 20 s: three minutes",
            "  tunnel endure --size 48 --every 8          a short one",
            "  tunnel endure --hops 1 --json              only exits are there to be killed",
            "  TUNNEL_LOG=DEBUG tunnel endure             with circuits, peers and the speed of each second"
        })
final class EndureCommand implements Callable<Integer> {
    private static final long BYTES_PER_MEBIBYTE = 1024L * 1024;

    private final Surroundings surroundings;

    @Option(
            names = "--hops",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.Hops.class,
            description = "How many hops the circuits have, 1 to 3 (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(
            names = "--relays",
            paramLabel = "N",
            defaultValue = "6",
            converter = OptionTypes.RelayCount.class,
            description = "How many relays to start (default: ${DEFAULT-VALUE}).")
    private int relays;

    @Option(
            names = "--exits",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.ExitCount.class,
            description = "How many exits to start (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--seeders",
            paramLabel = "N",
            defaultValue = "3",
            converter = OptionTypes.SeederCount.class,
            description = "How many seeders to start (default: ${DEFAULT-VALUE}).")
    private int seeders;

    @Option(
            names = "--rate",
            paramLabel = "MIB",
            defaultValue = "5",
            converter = OptionTypes.Speed.class,
            description = "How much all seeders together upload, in MiB/s (default: ${DEFAULT-VALUE}).")
    private int rateMebibytes;

    @Option(
            names = "--size",
            paramLabel = "MIB",
            defaultValue = "256",
            converter = OptionTypes.Mebibytes.class,
            description = "The size of the file in MiB (default: ${DEFAULT-VALUE}).")
    private int sizeMebibytes;

    @Option(
            names = "--every",
            paramLabel = "S",
            defaultValue = "20",
            converter = OptionTypes.Seconds.class,
            description = "Seconds between two kills (default: ${DEFAULT-VALUE}).")
    private int everySeconds;

    @Option(
            names = "--down",
            paramLabel = "S",
            defaultValue = "2",
            converter = OptionTypes.Seconds.class,
            description =
                    "Seconds from a kill to the restart, with the same key and address (default: ${DEFAULT-VALUE}).")
    private int downSeconds;

    @Mixin
    private CommonOptions common = new CommonOptions();

    EndureCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (relays < hops) {
            throw new UsageException("--hops " + hops + " needs at least --relays " + hops
                    + ", so that circuits can be built while one is away, not " + relays);
        }
        if (exits < 2) {
            throw new UsageException("--exits must be at least 2, so that one is left when the other is killed");
        }
        if (downSeconds >= everySeconds) {
            throw new UsageException(
                    "--down " + downSeconds + " must be less than --every " + everySeconds + ": one is away at a time");
        }
        Report report = new Report(surroundings, common.json());
        report.text(
                "network    %d relays, %d exits, each a process; circuits of %d, a torrent of %d MiB, %d seeders with %d MiB/s",
                relays, exits, hops, sizeMebibytes, seeders, rateMebibytes);
        Endurance.Settings settings = new Endurance.Settings(
                hops,
                relays,
                exits,
                seeders,
                rateMebibytes * BYTES_PER_MEBIBYTE,
                sizeMebibytes * BYTES_PER_MEBIBYTE,
                Duration.ofSeconds(everySeconds),
                Duration.ofSeconds(downSeconds));
        boolean ok = new Endurance(settings, report, surroundings.stop()).run();
        return ok ? 0 : TunnelCommand.STATUS_FAILED;
    }
}
