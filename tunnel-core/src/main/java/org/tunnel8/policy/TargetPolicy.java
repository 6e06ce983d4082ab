package org.tunnel8.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Says which addresses this node sends to when strangers ask it to: as an exit (D16) and as a relay that extends to an
 * address it was given (D18).
 *
 * <p>Public addresses are allowed; of the other classes only the one that the node's own address is in, so that a node
 * on loopback or in a private network can serve its like; and whatever the operator allows. Immutable.
 */
public final class TargetPolicy {
    private static final Set<AddressClass> NEVER =
            EnumSet.of(AddressClass.UNSPECIFIED, AddressClass.MULTICAST, AddressClass.RESERVED);

    private final Set<AddressClass> allowed;
    private final List<Cidr> exceptions;

    /**
     * Makes a policy.
     *
     * @param own addresses of the node's own sockets; an unspecified one adds nothing
     * @param exceptions blocks that the operator allows besides
     */
    public TargetPolicy(Collection<InetAddress> own, Collection<Cidr> exceptions) {
        this.allowed = EnumSet.of(AddressClass.PUBLIC);
        for (InetAddress address : own) {
            allowed.add(AddressClass.of(address));
        }
        allowed.removeAll(NEVER);
        this.exceptions = List.copyOf(exceptions);
    }

    /**
     * Tells whether datagrams may go to an address.
     *
     * @param target resolved address
     * @return false if it has no port, or is of a class that is refused and in no block that is allowed
     */
    public boolean allows(InetSocketAddress target) {
        if (target.getPort() == 0) {
            return false;
        }
        if (allowed.contains(AddressClass.of(target.getAddress()))) {
            return true;
        }
        for (Cidr exception : exceptions) {
            if (exception.contains(target)) {
                return true;
            }
        }
        return false;
    }
}
