package org.tunnel8.engine;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.policy.Cidr;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.CommunityId;

/**
 * What an engine is to be: client, relay, exit, bootstrap server, or several of them. Immutable.
 *
 * @param community the tunnel community
 * @param discovery how it gets known, and whether it serves as a bootstrap server
 * @param relay how far it lets others use it as a hop; the announced flags
 * @param targets what its operator says about targets of others' traffic, besides D16
 * @param circuits which own circuits it keeps; null for none
 * @param ownAddress the address that its port is bound to; what is unspecified widens nothing (D18)
 */
public record EngineSettings(
        CommunityId community,
        DiscoverySettings discovery,
        RelaySettings relay,
        TargetRules targets,
        @Nullable CircuitSettings circuits,
        InetAddress ownAddress) {

    /**
     * Settings of a node whose operator allows blocks of addresses and says nothing else about targets.
     *
     * @param community the tunnel community
     * @param discovery how it gets known, and whether it serves as a bootstrap server
     * @param relay how far it lets others use it as a hop; the announced flags
     * @param exitAllowed blocks that its exit may send to besides public addresses (D16)
     * @param circuits which own circuits it keeps; null for none
     * @param ownAddress the address that its port is bound to
     */
    public EngineSettings(
            CommunityId community,
            DiscoverySettings discovery,
            RelaySettings relay,
            List<Cidr> exitAllowed,
            @Nullable CircuitSettings circuits,
            InetAddress ownAddress) {
        this(community, discovery, relay, TargetRules.allowing(exitAllowed), circuits, ownAddress);
    }
}
