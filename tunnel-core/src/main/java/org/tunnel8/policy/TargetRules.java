package org.tunnel8.policy;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;

/**
 * What an operator says about the targets that his node sends to for strangers, besides D16. Immutable.
 *
 * @param allowed blocks of addresses that are allowed although they are not public
 * @param ports the only ports that an exit sends to
 * @param denied targets that are refused whatever else holds
 */
public record TargetRules(List<Cidr> allowed, PortSet ports, List<DeniedTargets> denied) {
    /** Nothing besides D16. */
    public static final TargetRules NONE = new TargetRules(List.of(), PortSet.ALL, List.of());

    /** Copies the lists. */
    public TargetRules {
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
    }

    /**
     * Rules that do no more than to allow blocks.
     *
     * @param blocks blocks of addresses that are not public
     * @return the rules
     */
    public static TargetRules allowing(Collection<Cidr> blocks) {
        return new TargetRules(List.copyOf(blocks), PortSet.ALL, List.of());
    }

    /**
     * The same for what is not an exit's: any port will do.
     *
     * @return rules with all ports
     */
    public TargetRules onAllPorts() {
        return new TargetRules(allowed, PortSet.ALL, denied);
    }

    /** Whether a target's address is allowed although it is not public. */
    boolean allows(InetSocketAddress target) {
        for (int i = 0; i < allowed.size(); i++) {
            if (allowed.get(i).contains(target)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a target is refused, whatever its address is. */
    boolean refuses(InetSocketAddress target) {
        if (!ports.contains(target.getPort())) {
            return true;
        }
        for (int i = 0; i < denied.size(); i++) {
            if (denied.get(i).contains(target)) {
                return true;
            }
        }
        return false;
    }
}
