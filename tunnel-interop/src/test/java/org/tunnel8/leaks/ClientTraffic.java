package org.tunnel8.leaks;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges frames captured at the client's cable. What the client's host sends or is sent is to be one of these, and
 * everything else is a leak:
 *
 * <table>
 * <caption>What may pass</caption>
 * <tr><th>kind</th><th>which</th></tr>
 * <tr><td>ARP</td><td>between the client and a member of the anonymity network, or about the client itself</td></tr>
 * <tr><td>neighbour discovery</td><td>about the client itself, and the groups that it takes</td></tr>
 * <tr><td>tunnel, out and in</td><td>UDP between a port of the tunnel's and the endpoint of a member</td></tr>
 * <tr><td>undelivered</td><td>ICMP between the client and a member that quotes such a datagram: one of the two has died</td></tr>
 * <tr><td>others'</td><td>what others send to others or to all, and the switch passes on to every cable</td></tr>
 * </table>
 *
 * <p>A question by ARP for anybody else is a leak too: somebody wanted to send there, whether he exists or not. For one
 * thread.
 */
final class ClientTraffic {
    /** Groups ff02::1:ff00:0/104: one for each of a host's addresses, which neighbour discovery takes. */
    private static final byte[] SOLICITED_NODE = {(byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte) 0xff};

    private final String mac;
    private final Set<InetAddress> own;
    private final Set<InetSocketAddress> members;
    private final Set<InetAddress> memberHosts = new HashSet<>();
    private final Set<Integer> tunnelPorts = new HashSet<>();
    private final Map<List<Object>, Kind> fragmented = new HashMap<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final List<Leak> leaks = new ArrayList<>();

    enum Kind {
        ARP,
        NEIGHBOUR_DISCOVERY,
        TUNNEL_OUT,
        TUNNEL_IN,
        UNDELIVERED,
        OTHERS
    }

    record Leak(Instant at, boolean outward, Packet packet) {
        String what() {
            return packet.text();
        }

        @Override
        public String toString() {
            return at + (outward ? " sent: " : " received: ") + what();
        }
    }

    /**
     * @param mac the hardware address of the client's host
     * @param own its addresses
     * @param members where the relays, exits and bootstrap servers are
     */
    ClientTraffic(String mac, Set<InetAddress> own, Set<InetSocketAddress> members) {
        this.mac = mac;
        this.own = Set.copyOf(own);
        this.members = Set.copyOf(members);
        members.forEach(member -> memberHosts.add(member.getAddress()));
    }

    /** Says which port the tunnel has from now on; ports that it had before stay allowed, for answers on their way. */
    void addTunnelPort(int port) {
        tunnelPorts.add(port);
    }

    void judge(Frame frame) {
        boolean outward = frame.source().equals(mac);
        Optional<Kind> kind =
                outward || frame.target().equals(mac) ? kindOf(frame.packet(), outward) : Optional.of(Kind.OTHERS);
        if (kind.isPresent()) {
            counts.merge(kind.get(), 1, Integer::sum);
        } else {
            leaks.add(new Leak(frame.at(), outward, frame.packet()));
        }
    }

    private Optional<Kind> kindOf(Packet packet, boolean outward) {
        if (packet instanceof Packet.Arp arp) {
            InetAddress other = own.contains(arp.sender()) ? arp.target() : arp.sender();
            return when(own.contains(other) || memberHosts.contains(other), Kind.ARP);
        }
        if (packet instanceof Packet.Neighbour neighbour) {
            InetAddress subject = neighbour.subject();
            return when(own.contains(subject) || subject.isAnyLocalAddress(), Kind.NEIGHBOUR_DISCOVERY);
        }
        if (packet instanceof Packet.Groups report) {
            return when(report.groups().stream().allMatch(ClientTraffic::isSolicitedNode), Kind.NEIGHBOUR_DISCOVERY);
        }
        if (packet instanceof Packet.Udp udp) {
            return when(isTunnel(udp, outward), outward ? Kind.TUNNEL_OUT : Kind.TUNNEL_IN);
        }
        if (packet instanceof Packet.Undelivered undelivered) {
            // The one that could not be delivered went the other way.
            InetAddress other = outward ? undelivered.target() : undelivered.source();
            return when(memberHosts.contains(other) && isTunnel(undelivered.quoted(), !outward), Kind.UNDELIVERED);
        }
        if (packet instanceof Packet.Fragment fragment) {
            return kindOf(fragment, outward);
        }
        return Optional.empty();
    }

    /** A fragment is what the first one of its packet is. */
    private Optional<Kind> kindOf(Packet.Fragment fragment, boolean outward) {
        List<Object> whole = List.of(fragment.source(), fragment.target(), fragment.id());
        if (fragment.head().isEmpty()) {
            return Optional.ofNullable(fragmented.get(whole));
        }
        Optional<Kind> kind = kindOf(fragment.head().get(), outward);
        kind.ifPresentOrElse(allowed -> fragmented.put(whole, allowed), () -> fragmented.remove(whole));
        return kind;
    }

    private boolean isTunnel(Packet.Udp udp, boolean outward) {
        InetSocketAddress client = outward ? udp.source() : udp.target();
        InetSocketAddress other = outward ? udp.target() : udp.source();
        return own.contains(client.getAddress()) && tunnelPorts.contains(client.getPort()) && members.contains(other);
    }

    private static boolean isSolicitedNode(InetAddress group) {
        byte[] bytes = group.getAddress();
        if (!(group instanceof Inet6Address)) {
            return false;
        }
        for (int i = 0; i < SOLICITED_NODE.length; i++) {
            if (bytes[i] != SOLICITED_NODE[i]) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Kind> when(boolean allowed, Kind kind) {
        return allowed ? Optional.of(kind) : Optional.empty();
    }

    /** What was seen that may not be, in order. */
    List<Leak> leaks() {
        return List.copyOf(leaks);
    }

    int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /** How many frames were judged. */
    int total() {
        return leaks.size()
                + counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public String toString() {
        return total() + " frames: " + counts + ", leaks: " + leaks.size();
    }
}
