package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import org.tunnel8.peer.AddressScope;

/** Hands out addresses: public ones all over IPv4, each once, and private ones for hosts behind NAT boxes. */
final class AddressPlan {
    private static final int FIRST_PORT = 1_024;
    private static final int LAST_PORT = 65_535;

    private final SeededRandom random;
    private final Set<InetAddress> taken = new HashSet<>();

    AddressPlan(SeededRandom random) {
        this.random = random;
    }

    /** A public address that nobody has had. */
    InetAddress fresh() {
        while (true) {
            InetAddress drawn =
                    ipv4(1 + random.nextInt(223), random.nextInt(256), random.nextInt(256), 1 + random.nextInt(254));
            if (AddressScope.of(drawn) == AddressScope.PUBLIC && taken.add(drawn)) {
                return drawn;
            }
        }
    }

    /** The address of the n-th host behind a NAT box, as home routers give them. */
    InetAddress inside(int number) {
        return ipv4(192, 168, 1, 2 + number);
    }

    int port() {
        return random.nextInt(FIRST_PORT, LAST_PORT + 1);
    }

    private static InetAddress ipv4(int a, int b, int c, int d) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }
}
