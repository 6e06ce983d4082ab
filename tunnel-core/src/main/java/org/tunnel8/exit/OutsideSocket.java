package org.tunnel8.exit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.policy.AddressClass;
import org.tunnel8.policy.TargetPolicy;
import org.tunnel8.policy.TargetRules;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/** One socket to the outside of one circuit, of one address family. Engine thread only. */
final class OutsideSocket {
    /** Datagrams that wait while the socket opens (PROTOCOL.md §10). */
    static final int MAX_WAITING = 10;

    final long number;
    final JoinedPath path;
    private final boolean ipv6;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private @Nullable TargetPolicy policy;
    private @Nullable IpAddress lastOrigin;

    /** A datagram that waits for the socket. */
    record Waiting(InetSocketAddress to, ByteString payload) {}

    OutsideSocket(long number, JoinedPath path, boolean ipv6) {
        this.number = number;
        this.ipv6 = ipv6;
        this.path = path;
    }

    /** Whether a sender is of this socket's family; v4-mapped ones on an IPv6 socket are not (PROTOCOL.md §10). */
    boolean isOfFamily(InetAddress sender) {
        return sender instanceof Inet6Address == ipv6 && (!ipv6 || AddressClass.isIpv6Proper(sender));
    }

    boolean isIpv6() {
        return ipv6;
    }

    /** How many datagrams wait for the socket to open. */
    int waiting() {
        return waiting.size();
    }

    boolean isOpen() {
        return policy != null;
    }

    /** Notes that the socket is open; which targets it serves depends on its own address (D16). */
    Collection<Waiting> opened(InetAddress local, TargetRules rules) {
        policy = new TargetPolicy(List.of(local), rules);
        List<Waiting> ready = List.copyOf(waiting);
        waiting.clear();
        return ready;
    }

    boolean allows(InetSocketAddress target) {
        return policy != null && policy.allows(target);
    }

    /** Keeps a datagram until the socket is open; false if too many wait already. */
    boolean await(InetSocketAddress to, ByteString payload) {
        return waiting.size() < MAX_WAITING && waiting.add(new Waiting(to, payload));
    }

    /** The wire form of a sender; the same object as long as the sender stays the same, as it mostly does. */
    IpAddress origin(InetSocketAddress from) {
        IpAddress last = lastOrigin;
        if (last == null || !last.endpoint().equals(from)) {
            last = new IpAddress(from);
            lastOrigin = last;
        }
        return last;
    }
}
