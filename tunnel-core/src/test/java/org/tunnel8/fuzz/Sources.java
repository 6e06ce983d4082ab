package org.tunnel8.fuzz;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.random.RandomGenerator;

/** Source addresses, made up or the attacker's own. */
final class Sources {
    private final RandomGenerator random;
    private final List<InetSocketAddress> own;
    private final List<InetSocketAddress> honest;
    private final boolean virtual;

    /**
     * @param own addresses at which the attacker hears answers
     * @param honest addresses of honest nodes
     * @param virtual whether the network is: on real sockets no source can be made up, and nothing may be led to where
     *     others listen
     */
    Sources(RandomGenerator random, List<InetSocketAddress> own, List<InetSocketAddress> honest, boolean virtual) {
        this.random = random;
        this.own = List.copyOf(own);
        this.honest = List.copyOf(honest);
        this.virtual = virtual;
    }

    boolean virtual() {
        return virtual;
    }

    /** One at which the attacker hears answers. */
    InetSocketAddress own() {
        return own.get(random.nextInt(own.size()));
    }

    /** Any at all. */
    InetSocketAddress any() {
        int choice = random.nextInt(100);
        if (!virtual || choice < 35) {
            return own();
        } else if (choice < 55) {
            return honest.get(random.nextInt(honest.size()));
        } else if (choice < 85) {
            return new InetSocketAddress(ipv4(1 + random.nextInt(223), random.nextInt(1 << 24)), port());
        } else if (choice < 95) {
            return odd();
        }
        return new InetSocketAddress(ipv6(), port());
    }

    /** One that no packet should have. */
    InetSocketAddress odd() {
        return switch (random.nextInt(9)) {
            case 0 -> new InetSocketAddress(ipv4(0, 0), port());
            case 1 -> virtual ? new InetSocketAddress(ipv4(127, 1), port()) : own();
            case 2 -> new InetSocketAddress(ipv4(10, random.nextInt(1 << 24)), port());
            case 3 -> new InetSocketAddress(ipv4(192, 168 << 16 | random.nextInt(1 << 16)), port());
            case 4 -> new InetSocketAddress(ipv4(255, 0xffffff), port());
            case 5 -> new InetSocketAddress(ipv4(224 + random.nextInt(16), random.nextInt(1 << 24)), port());
            case 6 -> new InetSocketAddress(ipv4(169, 254 << 16 | random.nextInt(1 << 16)), port());
            case 7 -> new InetSocketAddress(ipv4(100, 64 << 16 | random.nextInt(1 << 16)), port());
            default -> new InetSocketAddress(ipv4(66, random.nextInt(1 << 24)), 0);
        };
    }

    private int port() {
        return random.nextInt(1 << 16);
    }

    private static InetAddress ipv4(int first, int rest) {
        return address(new byte[] {(byte) first, (byte) (rest >> 16), (byte) (rest >> 8), (byte) rest});
    }

    private InetAddress ipv6() {
        byte[] bytes = new byte[16];
        if (random.nextInt(4) == 0) {
            bytes[15] = (byte) random.nextInt(3);
        } else {
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                bytes[0] = 0x20;
                bytes[1] = 0x01;
            }
        }
        return address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
