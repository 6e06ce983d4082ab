package org.tunnel8.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * Says which addresses this node sends to when strangers ask it to: as an exit (D16) and as a relay that extends to an
 * address it was given (D18).
 *
 * <p>Public addresses are allowed; of the other classes only the one that the node's own address is in, so that a node
 * on loopback or in a private network can serve its like; and whatever the operator allows. What the operator refuses is refused first. Immutable.
 */
public final class TargetPolicy {
    private static final Set<AddressClass> NEVER =
            EnumSet.of(AddressClass.UNSPECIFIED, AddressClass.MULTICAST, AddressClass.RESERVED);

    private final Set<AddressClass> allowed;
    private final TargetRules rules;

    /**
     * Makes a policy.
     *
     * @param own addresses of the node's own sockets; an unspecified one adds nothing
     * @param exceptions blocks that the operator allows besides
     */
    public TargetPolicy(Collection<InetAddress> own, Collection<Cidr> exceptions) {
        this(own, TargetRules.allowing(exceptions));
    }

    /**
     * Makes a policy.
     *
     * @param own addresses of the node's own sockets; an unspecified one adds nothing
     * @param rules what the operator says besides
     */
    public TargetPolicy(Collection<InetAddress> own, TargetRules rules) {
        this.allowed = EnumSet.of(AddressClass.PUBLIC);
        for (InetAddress address : own) {
            allowed.add(AddressClass.of(address));
        }
        allowed.removeAll(NEVER);
        this.rules = rules;
    }

    /**
     * Tells whether datagrams may go to an address.
     *
     * @param target resolved address
     * @return false if it has no port, if the operator refuses it, or if it is of a class that is refused and in no block
     *     that is allowed
     */
    public boolean allows(InetSocketAddress target) {
        if (target.getPort() == 0 || rules.refuses(target)) {
            return false;
        }
        return allowed.contains(AddressClass.of(target.getAddress())) || rules.allows(target);
    }
}
