package org.tunnel8.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.node.TunnelNodeBuilder;
import org.tunnel8.policy.DeniedTargets;
import org.tunnel8.policy.PortSet;
import picocli.CommandLine.Option;

/** How far others may use a node: the options of {@code tunnel node} about it. */
final class LimitOptions {
    @Option(
            names = "--exit-ports",
            paramLabel = "PORTS",
            converter = OptionTypes.Ports.class,
            description = "The only ports that an exit sends to, such as 80,1024-65535 (default: all).")
    private @Nullable PortSet exitPorts;

    @Option(
            names = "--exit-deny",
            paramLabel = "CIDR[:PORTS]",
            converter = OptionTypes.Denied.class,
            description =
                    "Has nothing sent to these addresses for others, or not on these ports, such as 203.0.113.0/24,"
                            + " 0.0.0.0/0:25 or [2001:db8::/32]:80; may be given several times, and wins over --exit-allow.")
    private List<DeniedTargets> exitDeny = new ArrayList<>();

    @Option(
            names = "--bandwidth",
            paramLabel = "SIZE/s",
            converter = OptionTypes.BytesPerSecond.class,
            description =
                    "Lends others so much of the line and no more, counting what leaves the node for them, such as"
                            + " 5MiB/s, 800kB/s or 20Mbit/s (default: no limit).")
    private @Nullable Long bandwidth;

    @Option(
            names = "--quota",
            paramLabel = "SIZE",
            converter = OptionTypes.Bytes.class,
            description = "Carries so much for others in a calendar month of UTC, in and out together, such as 100GiB;"
                    + " then serves nobody until the next month. Needs --quota-file (default: no limit).")
    private @Nullable Long quota;

    @Option(
            names = "--quota-file",
            paramLabel = "FILE",
            description =
                    "Keeps the account of --quota across runs; made when missing. A damaged one counts as used up:"
                            + " take it away for a fresh quota.")
    private @Nullable Path quotaFile;

    @Option(
            names = "--max-per-address",
            paramLabel = "N",
            converter = OptionTypes.Places.class,
            description = "Places for others' circuits, a relayed one counting twice, that one IP address (IPv6: /64)"
                    + " may have once half of all are taken (default: a quarter of all).")
    private @Nullable Integer maxPerAddress;

    @Option(
            names = "--max-per-neighbour",
            paramLabel = "N",
            converter = OptionTypes.Places.class,
            description = "The same for one key at one address (default: an eighth of all).")
    private @Nullable Integer maxPerNeighbour;

    @Option(
            names = "--creates-per-address",
            paramLabel = "N",
            converter = OptionTypes.Places.class,
            description = "Creates of one IP address answered in a second while they come fast (default: an eighth of"
                    + " all that are answered).")
    private @Nullable Integer createsPerAddress;

    /** Hands what was given to the builder of a node. */
    void applyTo(TunnelNodeBuilder builder) {
        if (exitPorts != null) {
            builder.exitPorts(exitPorts);
        }
        builder.exitDeny(exitDeny);
        if (bandwidth != null) {
            builder.bandwidth(bandwidth);
        }
        if (quota != null && quotaFile != null) {
            builder.quota(quota, quotaFile);
        } else if (quota != null || quotaFile != null) {
            throw new UsageException("--quota and --quota-file go together");
        }
        if (maxPerAddress != null) {
            builder.maxPerAddress(maxPerAddress);
        }
        if (maxPerNeighbour != null) {
            builder.maxPerNeighbour(maxPerNeighbour);
        }
        if (createsPerAddress != null) {
            builder.createsPerAddress(createsPerAddress);
        }
    }
}
