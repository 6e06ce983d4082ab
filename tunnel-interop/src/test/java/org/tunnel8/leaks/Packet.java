package org.tunnel8.leaks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** What an Ethernet frame carries, as far as it matters to whom it goes. Immutable. */
sealed interface Packet {
    /** What it is, for people. */
    String text();

    /** An ARP request or answer (RFC 826). */
    record Arp(InetAddress sender, InetAddress target) implements Packet {
        @Override
        public String text() {
            return "ARP between " + Packet.text(sender) + " and " + Packet.text(target);
        }
    }

    /** Neighbour or router discovery (RFC 4861). A router's solicitation or advertisement is about its own source. */
    record Neighbour(InetAddress source, InetAddress subject) implements Packet {
        @Override
        public String text() {
            return "neighbour discovery by " + Packet.text(source) + " about " + Packet.text(subject);
        }
    }

    /** A report of the IPv6 multicast groups that a host listens to (RFC 3810). */
    record Groups(List<InetAddress> groups) implements Packet {
        public Groups {
            groups = List.copyOf(groups);
        }

        @Override
        public String text() {
            return "membership of " + groups.stream().map(Packet::text).toList();
        }
    }

    /** A UDP datagram; {@code asked} is the name that a question to a name server asks for, else empty. */
    record Udp(InetSocketAddress source, InetSocketAddress target, String asked) implements Packet {
        @Override
        public String text() {
            String question = asked.isEmpty() ? "" : ", a question for " + asked;
            return "UDP from " + Packet.text(source) + " to " + Packet.text(target) + question;
        }
    }

    /** A TCP segment. */
    record Tcp(InetSocketAddress source, InetSocketAddress target) implements Packet {
        @Override
        public String text() {
            return "TCP from " + Packet.text(source) + " to " + Packet.text(target);
        }
    }

    /** The answer of a host that a datagram could not be delivered (ICMP over IPv4, type 3). */
    record Undelivered(InetAddress source, InetAddress target, Udp quoted) implements Packet {
        @Override
        public String text() {
            return "ICMP from " + Packet.text(source) + " to " + Packet.text(target) + " about " + quoted.text();
        }
    }

    /** A part of an IPv4 packet that was too long for the cable; {@code head} is what it carries, in the first one alone. */
    record Fragment(InetAddress source, InetAddress target, int id, Optional<Packet> head) implements Packet {
        @Override
        public String text() {
            return "a fragment from " + Packet.text(source) + " to " + Packet.text(target) + " of "
                    + head.map(Packet::text).orElse("what began elsewhere");
        }
    }

    /** Anything else, what cannot be read included. */
    record Other(String text) implements Packet {}

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    private static String text(InetSocketAddress endpoint) {
        return endpoint.getAddress().getHostAddress() + " port " + endpoint.getPort();
    }
}
