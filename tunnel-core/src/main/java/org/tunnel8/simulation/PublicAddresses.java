package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.BitSet;
import java.util.function.Predicate;

/** Draws public IPv4 addresses, scattered over the /16 blocks as those of strangers are. */
final class PublicAddresses {
    private static final int FIRST_BYTE = 11;
    private static final int LAST_BYTE = 99;
    private static final int MAX_DRAWS = 100;

    private final SeededRandom random;
    private final Predicate<InetAddress> taken;
    private final BitSet usedBlocks = new BitSet(1 << 16);

    PublicAddresses(SeededRandom random, Predicate<InetAddress> taken) {
        this.random = random;
        this.taken = taken;
    }

    InetAddress draw() {
        for (int draws = 0; ; draws++) {
            byte[] bytes = new byte[4];
            random.nextBytes(bytes);
            // All blocks from 11.0.0.0/8 to 99.0.0.0/8 are public.
            bytes[0] = (byte) random.nextInt(FIRST_BYTE, LAST_BYTE + 1);
            int block = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
            InetAddress address = of(bytes);
            if ((draws >= MAX_DRAWS || !usedBlocks.get(block)) && !taken.test(address)) {
                usedBlocks.set(block);
                return address;
            }
        }
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }
}
