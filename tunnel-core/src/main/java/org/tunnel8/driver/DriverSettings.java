package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.policy.Cidr;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.transport.PortRange;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.CommunityId;

/**
 * What a driver binds, and the engine that it drives. Immutable.
 *
 * @param name names the threads
 * @param bindAddress the address of the node's port
 * @param ports the ports that may be taken
 * @param exitBindAddress the address of outside sockets
 * @param identity the node's key
 * @param layerCipher name of the layer cipher; null for the fastest
 * @param community the tunnel community
 * @param discovery says, for the address that was bound, how the engine gets known
 * @param relay how far it serves others
 * @param targets what its operator says about targets of others' traffic, besides D16
 * @param circuits which own circuits it keeps; null for none
 * @param memory where its memory of peers is kept between runs; null for nowhere
 * @param quota how much is carried for others in a month; null for no limit
 */
public record DriverSettings(
        String name,
        InetAddress bindAddress,
        PortRange ports,
        InetAddress exitBindAddress,
        IdentityKey identity,
        @Nullable String layerCipher,
        CommunityId community,
        Function<InetSocketAddress, DiscoverySettings> discovery,
        RelaySettings relay,
        TargetRules targets,
        @Nullable CircuitSettings circuits,
        @Nullable MemorySettings memory,
        @Nullable QuotaSettings quota) {

    /**
     * Settings of a node without a quota whose operator allows blocks of addresses and says nothing else about targets.
     *
     * @param name names the threads
     * @param bindAddress the address of the node's port
     * @param ports the ports that may be taken
     * @param exitBindAddress the address of outside sockets
     * @param identity the node's key
     * @param layerCipher name of the layer cipher; null for the fastest
     * @param community the tunnel community
     * @param discovery says, for the address that was bound, how the engine gets known
     * @param relay how far it serves others
     * @param exitAllowed blocks that its exit may send to besides public addresses
     * @param circuits which own circuits it keeps; null for none
     * @param memory where its memory of peers is kept between runs; null for nowhere
     */
    public DriverSettings(
            String name,
            InetAddress bindAddress,
            PortRange ports,
            InetAddress exitBindAddress,
            IdentityKey identity,
            @Nullable String layerCipher,
            CommunityId community,
            Function<InetSocketAddress, DiscoverySettings> discovery,
            RelaySettings relay,
            List<Cidr> exitAllowed,
            @Nullable CircuitSettings circuits,
            @Nullable MemorySettings memory) {
        this(
                name,
                bindAddress,
                ports,
                exitBindAddress,
                identity,
                layerCipher,
                community,
                discovery,
                relay,
                TargetRules.allowing(exitAllowed),
                circuits,
                memory,
                null);
    }
}
