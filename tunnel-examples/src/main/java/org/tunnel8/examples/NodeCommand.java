package org.tunnel8.examples;

import com.google.gson.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.examples.monitor.Monitor;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.node.TunnelNodeBuilder;
import org.tunnel8.policy.Cidr;
import org.tunnel8.transport.PortRange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel node}: runs one node of a network until it is told to stop. */
@Command(
        name = "node",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Runs one node of a network: relay, exit, bootstrap server, or several in one.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel node --roles=ROLE[,ROLE...] [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = "The node runs until it is stopped, by a signal or by --duration.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel node --roles bootstrap --listen 127.0.0.1:6421",
            "  tunnel node --roles relay --bootstrap 127.0.0.1:6421 --listen 127.0.1.1:0",
            "  tunnel node --roles relay,exit-bt --bootstrap 127.0.0.1:6421 --exit-bind 127.0.1.2",
            "  tunnel node --roles relay,exit-bt --key node.key --exit-allow 10.0.0.0/8 --duration 3600 --json",
            "  tunnel node --roles relay --key node.key --max-circuits 10000",
            "  tunnel node --roles relay --monitor 127.0.0.1:9090",
            "  tunnel node --roles relay,exit-bt --exit-ports 1024-65535 --exit-deny 203.0.113.0/24",
            "  tunnel node --roles relay --bandwidth 5MiB/s --quota 100GiB --quota-file quota --status-every 60",
            "",
            "An exit refuses private and loopback targets, except the class that its own outside address is in",
            "and what --exit-allow names. On SIGTERM and Ctrl-C the node leaves cleanly: its neighbours are told."
        })
final class NodeCommand implements Callable<Integer> {
    /** A circuit that runs through has two links. */
    private static final int ENTRIES_PER_CIRCUIT = 2;

    private static final Set<NodeRole> EXITS = EnumSet.of(NodeRole.EXIT_BT, NodeRole.EXIT_IPV8, NodeRole.EXIT_HTTP);

    private final Surroundings surroundings;

    @Option(
            names = "--roles",
            required = true,
            split = ",",
            paramLabel = "ROLE",
            converter = OptionTypes.Role.class,
            description =
                    "What the node does: relay, exit-bt, exit-ipv8, exit-http, speed-test, bootstrap; several with commas."
                            + " exit-backup beside one of the exits asks to be taken only where no other is left.")
    private List<NodeRole> roles = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "IP:PORT",
            defaultValue = "0.0.0.0:0",
            converter = OptionTypes.ListenEndpoint.class,
            description = "The address for other nodes; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress listen = new InetSocketAddress(0);

    @Option(
            names = "--exit-bind",
            paramLabel = "IP",
            converter = OptionTypes.IpAddress.class,
            description = "The address that an exit's outside sockets have (default: that of --listen).")
    private @Nullable InetAddress exitBind;

    @Option(
            names = "--exit-allow",
            paramLabel = "CIDR",
            converter = OptionTypes.AddressBlock.class,
            description = "Lets an exit send to these addresses although they are private; may be given several times.")
    private List<Cidr> exitAllow = new ArrayList<>();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Option(
            names = "--bootstrap",
            paramLabel = "IP:PORT",
            converter = OptionTypes.RemoteEndpoint.class,
            description = "A bootstrap server to join by; may be given several times (default: the public"
                    + " ones; none for a bootstrap server alone, and none on a loopback address).")
    private List<InetSocketAddress> bootstrap = new ArrayList<>();

    @Option(
            names = "--community",
            paramLabel = "HEX",
            converter = OptionTypes.CommunityHex.class,
            description = "The community's id, 40 hexadecimal digits (default: Tribler's).")
    private @Nullable String community;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The node's secret key, made when missing (default: a fresh key each time).")
    private @Nullable Path key;

    @Option(
            names = "--memory",
            paramLabel = "FILE",
            description = "Remembers good peers here, so that the next start asks them first; made when missing"
                    + " (default: begins from nothing).")
    private @Nullable Path memory;

    @Option(
            names = "--max-circuits",
            paramLabel = "N",
            defaultValue = "50",
            converter = OptionTypes.CircuitCount.class,
            description = "How many circuits of others may run through the node; one that ends here counts half"
                    + " (default: ${DEFAULT-VALUE}).")
    private int maxCircuits;

    @Option(
            names = "--status-every",
            paramLabel = "S",
            converter = OptionTypes.Seconds.class,
            description =
                    "Tell every so many seconds, and at the end, what is served: circuits, bytes carried for others,"
                            + " and what is left of the quota (default: never).")
    private @Nullable Integer statusSeconds;

    @Mixin
    private DurationOption lifetime = new DurationOption();

    @Mixin
    private MonitorOptions monitoring = new MonitorOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    NodeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Report report = new Report(surroundings, common.json());
        Set<NodeRole> roleSet = EnumSet.copyOf(roles);
        if (roleSet.contains(NodeRole.EXIT_BACKUP) && Collections.disjoint(roleSet, EXITS)) {
            throw new UsageException("exit-backup needs one of exit-bt, exit-ipv8 and exit-http beside it");
        }
        TunnelNodeBuilder builder = TunnelNode.builder()
                .roles(roleSet)
                .listen(listen.getAddress(), PortRange.of(listen.getPort()))
                .exitAllow(exitAllow)
                .maxJoinedCircuits(ENTRIES_PER_CIRCUIT * maxCircuits)
                .network(network(roleSet))
                .onEvent(new EntryEvents(report));
        limits.applyTo(builder);
        if (exitBind != null) {
            builder.exitBind(exitBind);
        }
        if (key != null) {
            builder.identity(key);
        }
        if (memory != null) {
            builder.memory(memory);
        }
        try (Monitor monitor = monitoring.open(report, "node")) {
            run(report, builder, monitor);
        }
        report.text("left");
        return 0;
    }

    private void run(Report report, TunnelNodeBuilder builder, @Nullable Monitor monitor) {
        if (monitor != null) {
            builder.metrics(monitor.registry());
        }
        try (TunnelNode node = builder.build()) {
            node.start().join();
            if (monitor != null) {
                monitor.watch(node);
            }
            reportReady(report, EnumSet.copyOf(roles), node);
            await(report, node);
        }
    }

    /** Waits for the end, and tells of the status meanwhile. */
    private void await(Report report, TunnelNode node) {
        Duration left = lifetime.duration();
        if (statusSeconds == null) {
            surroundings.stop().await(left);
            return;
        }
        Duration step = Duration.ofSeconds(statusSeconds);
        boolean stopped = false;
        while (!stopped && left.compareTo(Duration.ZERO) > 0) {
            Duration wait = left.compareTo(step) < 0 ? left : step;
            stopped = surroundings.stop().await(wait);
            left = left.minus(wait);
            NodeReport.status(report, node.status());
        }
    }

    private TunnelNetwork network(Set<NodeRole> roleSet) {
        TunnelNetwork tribler = TunnelNetwork.tribler();
        boolean canReachPublicOnes = !listen.getAddress().isLoopbackAddress();
        boolean isServerAlone = roleSet.equals(EnumSet.of(NodeRole.BOOTSTRAP));
        return TunnelNetwork.of(
                community == null ? tribler.communityId() : community,
                bootstrap.isEmpty() && canReachPublicOnes && !isServerAlone ? tribler.bootstrap() : bootstrap);
    }

    private static void reportReady(Report report, Set<NodeRole> roles, TunnelNode node) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "ready");
        line.addProperty("address", Endpoints.text(node.address()));
        line.addProperty("publicKey", HexFormat.of().formatHex(node.publicKey()));
        line.addProperty("flags", node.flags());
        report.json(line);
        report.text(
                "listening on %s as %s (flags %d), public key %s",
                Endpoints.text(node.address()),
                OptionTypes.Role.text(roles),
                node.flags(),
                HexFormat.of().formatHex(node.publicKey()));
    }
}
