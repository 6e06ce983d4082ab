package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.List;
import org.tunnel8.driver.Endpoints;
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

    /** FR-005: address literals, so that nothing is looked up. */
    private static final List<String> TRIBLER_SERVERS = List.of(
            "130.161.119.206:6421",
            "130.161.119.206:6422",
            "131.180.27.155:6423",
            "131.180.27.156:6424",
            "131.180.27.161:6427",
            "131.180.27.161:6521",
            "131.180.27.161:6522",
            "131.180.27.162:6523",
            "131.180.27.162:6524",
            "130.161.119.215:6525",
            "130.161.119.215:6526",
            "130.161.119.201:6527",
            "130.161.119.201:6528",
            "dispersy1.tribler.org:6421",
            "dispersy1.st.tudelft.nl:6421",
            "dispersy2.tribler.org:6422",
            "dispersy2.st.tudelft.nl:6422",
            "dispersy3.tribler.org:6423",
            "dispersy3.st.tudelft.nl:6423",
            "dispersy4.tribler.org:6424");

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
                TRIBLER, TRIBLER_SERVERS.stream().map(Endpoints::parse).toList());
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
