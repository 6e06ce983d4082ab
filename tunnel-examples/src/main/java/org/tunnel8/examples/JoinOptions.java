package org.tunnel8.examples;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.TunnelNetwork;
import picocli.CommandLine.Option;

/** Which network a client joins, and how: the options that all commands with a client of their own have. */
final class JoinOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "IP:PORT",
            converter = OptionTypes.RemoteEndpoint.class,
            description = "A bootstrap server to join by; may be given several times (default: the public ones).")
    private List<InetSocketAddress> bootstrap = new ArrayList<>();

    @Option(
            names = "--min-peers",
            paramLabel = "N",
            defaultValue = "20",
            converter = OptionTypes.PeerCount.class,
            description = "How many peers to know before circuits are built (default: ${DEFAULT-VALUE}).")
    private int minPeers;

    @Option(
            names = "--community",
            paramLabel = "HEX",
            converter = OptionTypes.CommunityHex.class,
            description = "The community's id, 40 hexadecimal digits (default: Tribler's).")
    private @Nullable String community;

    @Option(
            names = "--memory",
            paramLabel = "FILE",
            description = "Remembers good peers here, so that the next start asks them first; made when missing"
                    + " (default: begins from nothing).")
    private @Nullable Path memory;

    /** Hands what was given to the builder of a client. */
    void applyTo(TunnelClientBuilder builder) {
        TunnelNetwork tribler = TunnelNetwork.tribler();
        builder.network(TunnelNetwork.of(
                        community == null ? tribler.communityId() : community,
                        bootstrap.isEmpty() ? tribler.bootstrap() : bootstrap))
                .minPeers(minPeers);
        if (memory != null) {
            builder.memory(memory);
        }
    }
}
