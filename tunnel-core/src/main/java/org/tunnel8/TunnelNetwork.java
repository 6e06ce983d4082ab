package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.List;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.walk.BootstrapAddresses;
import org.tunnel8.wire.CommunityId;

/**
 * A network to join: the community whose peers form the circuits, and the servers that introduce newcomers. Immutable.
 *
 * @param communityId the community's id: 40 hexadecimal digits
 * @param bootstrap addresses of bootstrap servers; those given by name (unresolved) are the only names that are ever
 *     looked up locally (D6)
 */
public record TunnelNetwork(String communityId, List<InetSocketAddress> bootstrap) {
    private static final String TRIBLER = "a3591a6bd89bbaca0974062a1287afcfbc6fd6bc";

    /** Checks the id and copies the list. */
    public TunnelNetwork {
        CommunityId.parse(communityId);
        bootstrap = List.copyOf(bootstrap);
    }

    /**
     * The public network of Tribler, with its thirteen bootstrap addresses and seven names (FR-005, D6).
     *
     * @return the network
     */
    public static TunnelNetwork tribler() {
        return new TunnelNetwork(
                TRIBLER,
                BootstrapAddresses.tribler().stream()
                        .map(Endpoints::toSocketAddress)
                        .toList());
    }

    /**
     * A network of one's own.
     *
     * @param communityId the community's id: 40 hexadecimal digits
     * @param bootstrap addresses of bootstrap servers
     * @return the network
     * @throws IllegalArgumentException if the id is not of that form
     */
    public static TunnelNetwork of(String communityId, List<InetSocketAddress> bootstrap) {
        return new TunnelNetwork(communityId, bootstrap);
    }
}
