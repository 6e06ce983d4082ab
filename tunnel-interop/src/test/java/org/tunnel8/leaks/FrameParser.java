package org.tunnel8.leaks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Reads the heads of Ethernet frames, by which it can be told who talks to whom. What it does not know, or what is cut off
 * too early, is a {@link Packet.Other}: never passed over.
 */
final class FrameParser {
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private static final int MAC_BYTES = 6;
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private static final int ETHER_IPV4 = 0x0800;
    private static final int ETHER_ARP = 0x0806;
    private static final int ETHER_IPV6 = 0x86dd;

    private static final int FRAGMENT_OFFSET = 0x1fff;

    private static final int HOP_BY_HOP = 0;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private static final int ICMP_UNREACHABLE = 3;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int ROUTER_ADVERTISEMENT = 134;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int LISTENER_REPORT = 143;

    private static final int DNS_PORT = 53;
    private static final int DNS_HEAD_BYTES = 12;

    private FrameParser() {}

    static Frame parse(Instant at, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < 2 * MAC_BYTES + 2) {
            return new Frame(at, "", "", new Packet.Other("a frame without a head"));
        }
        String target = mac(in);
        String source = mac(in);
        int type = in.getShort() & 0xffff;
        return new Frame(at, source, target, packet(type, in));
    }

    private static Packet packet(int type, ByteBuffer in) {
        try {
            return switch (type) {
                case ETHER_ARP -> arp(in);
                case ETHER_IPV4 -> ipv4(in);
                case ETHER_IPV6 -> ipv6(in);
                default -> new Packet.Other("a frame of type 0x%04x".formatted(type));
            };
        } catch (BufferUnderflowException | IllegalArgumentException cutOff) {
            return new Packet.Other("a frame of type 0x%04x that cannot be read".formatted(type));
        }
    }

    private static Packet arp(ByteBuffer in) {
        skip(in, 8 + MAC_BYTES);
        InetAddress sender = address(in, IPV4_BYTES);
        skip(in, MAC_BYTES);
        return new Packet.Arp(sender, address(in, IPV4_BYTES));
    }

    private static Packet ipv4(ByteBuffer in) {
        int begin = in.position();
        int headBytes = 4 * (in.get() & 0x0f);
        skip(in, 3);
        int id = in.getShort() & 0xffff;
        int fragment = in.getShort() & 0x3fff;
        skip(in, 1);
        int protocol = in.get() & 0xff;
        skip(in, 2);
        InetAddress source = address(in, IPV4_BYTES);
        InetAddress target = address(in, IPV4_BYTES);
        in.position(begin + headBytes);
        if ((fragment & FRAGMENT_OFFSET) != 0) {
            return new Packet.Fragment(source, target, id, Optional.empty());
        }
        Packet content = ipv4(protocol, source, target, in);
        return fragment == 0 ? content : new Packet.Fragment(source, target, id, Optional.of(content));
    }

    private static Packet ipv4(int protocol, InetAddress source, InetAddress target, ByteBuffer in) {
        String between = " from " + source.getHostAddress() + " to " + target.getHostAddress();
        return switch (protocol) {
            case UDP -> udp(source, target, in);
            case TCP -> tcp(source, target, in);
            case ICMP -> icmp(source, target, in, between);
            default -> new Packet.Other("IPv4 protocol " + protocol + between);
        };
    }

    private static Packet icmp(InetAddress source, InetAddress target, ByteBuffer in, String between) {
        int type = in.get() & 0xff;
        skip(in, 7);
        if (type == ICMP_UNREACHABLE) {
            Packet quoted = ipv4(in);
            if (quoted instanceof Packet.Fragment fragment && fragment.head().isPresent()) {
                quoted = fragment.head().get();
            }
            if (quoted instanceof Packet.Udp udp) {
                return new Packet.Undelivered(source, target, udp);
            }
        }
        return new Packet.Other("ICMP type " + type + between);
    }

    private static Packet ipv6(ByteBuffer in) {
        skip(in, 6);
        int protocol = in.get() & 0xff;
        skip(in, 1);
        InetAddress source = address(in, IPV6_BYTES);
        InetAddress target = address(in, IPV6_BYTES);
        if (protocol == HOP_BY_HOP) {
            int begin = in.position();
            protocol = in.get() & 0xff;
            in.position(begin + 8 * (1 + (in.get() & 0xff)));
        }
        String between = " from " + source.getHostAddress() + " to " + target.getHostAddress();
        return switch (protocol) {
            case UDP -> udp(source, target, in);
            case TCP -> tcp(source, target, in);
            case ICMPV6 -> icmpV6(source, in, between);
            default -> new Packet.Other("IPv6 protocol " + protocol + between);
        };
    }

    private static Packet icmpV6(InetAddress source, ByteBuffer in, String between) {
        int type = in.get() & 0xff;
        skip(in, 3);
        switch (type) {
            case ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT:
                return new Packet.Neighbour(source, source);
            case NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT:
                skip(in, 4);
                return new Packet.Neighbour(source, address(in, IPV6_BYTES));
            case LISTENER_REPORT:
                return groups(in);
            default:
                return new Packet.Other("ICMPv6 type " + type + between);
        }
    }

    private static Packet groups(ByteBuffer in) {
        skip(in, 2);
        int count = in.getShort() & 0xffff;
        List<InetAddress> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            skip(in, 1);
            int auxiliaryBytes = 4 * (in.get() & 0xff);
            int sources = in.getShort() & 0xffff;
            groups.add(address(in, IPV6_BYTES));
            skip(in, sources * IPV6_BYTES + auxiliaryBytes);
        }
        return new Packet.Groups(groups);
    }

    private static Packet.Udp udp(InetAddress source, InetAddress target, ByteBuffer in) {
        InetSocketAddress from = new InetSocketAddress(source, in.getShort() & 0xffff);
        InetSocketAddress to = new InetSocketAddress(target, in.getShort() & 0xffff);
        return new Packet.Udp(from, to, to.getPort() == DNS_PORT ? askedName(in) : "");
    }

    private static Packet tcp(InetAddress source, InetAddress target, ByteBuffer in) {
        InetSocketAddress from = new InetSocketAddress(source, in.getShort() & 0xffff);
        return new Packet.Tcp(from, new InetSocketAddress(target, in.getShort() & 0xffff));
    }

    /** The name of a DNS message's first question, behind the rest of the UDP head; as much of it as there is. */
    private static String askedName(ByteBuffer in) {
        StringBuilder name = new StringBuilder();
        int at = in.position() + 4 + DNS_HEAD_BYTES;
        while (at < in.limit() && in.get(at) != 0 && at + 1 + in.get(at) <= in.limit() && in.get(at) > 0) {
            int length = in.get(at);
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(in.array(), at + 1, length, StandardCharsets.US_ASCII));
            at += 1 + length;
        }
        return name.toString();
    }

    private static String mac(ByteBuffer in) {
        byte[] bytes = new byte[MAC_BYTES];
        in.get(bytes);
        return COLONS.formatHex(bytes);
    }

    private static InetAddress address(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has four or sixteen bytes", e);
        }
    }

    private static void skip(ByteBuffer in, int bytes) {
        in.position(in.position() + bytes);
    }
}
