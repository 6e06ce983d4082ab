package org.tunnel8.leaks;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A party of the laboratory: its network namespace, and what its cable is known by. Immutable. */
record LabHost(String name, String namespace, String mac, List<String> addresses) {
    LabHost {
        addresses = List.copyOf(addresses);
    }

    /** Reads a line of leak-lab.sh. */
    static LabHost parse(String line) {
        List<String> words = List.of(line.split(" "));
        return new LabHost(words.get(1), words.get(2), words.get(3), words.subList(4, words.size()));
    }

    /** Its first address. */
    InetAddress address() {
        return literal(addresses.get(0));
    }

    /** Its address for the outside: an exit has two. */
    InetAddress outsideAddress() {
        return literal(addresses.get(addresses.size() - 1));
    }

    InetSocketAddress endpoint(int port) {
        return new InetSocketAddress(address(), port);
    }

    /** All its addresses: of IPv4, the same of IPv6, and the one that the kernel makes of the hardware address. */
    Set<InetAddress> allAddresses() {
        Set<InetAddress> all = new LinkedHashSet<>();
        for (String address : addresses) {
            all.add(literal(address));
            all.add(literal("2001:db8:18::" + address.replace('.', ':')));
        }
        all.add(linkLocal());
        return all;
    }

    private InetAddress linkLocal() {
        byte[] hardware = HexFormat.ofDelimiter(":").parseHex(mac);
        byte[] address = new byte[16];
        address[0] = (byte) 0xfe;
        address[1] = (byte) 0x80;
        address[8] = (byte) (hardware[0] ^ 2);
        address[9] = hardware[1];
        address[10] = hardware[2];
        address[11] = (byte) 0xff;
        address[12] = (byte) 0xfe;
        System.arraycopy(Arrays.copyOfRange(hardware, 3, 6), 0, address, 13, 3);
        try {
            return Inet6Address.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("sixteen bytes are an address", e);
        }
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address: " + address, e);
        }
    }
}
