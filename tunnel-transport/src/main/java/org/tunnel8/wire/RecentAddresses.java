package org.tunnel8.wire;

import org.jspecify.annotations.Nullable;

/**
 * IPv4 endpoints that were read lately, so that one that comes again is the same object and costs no garbage.
 *
 * <p>Thread-safe without locks: what it holds is immutable, and who misses what another thread entered makes the object once more. Each
 * place holds the last endpoint that belongs there, which bounds its memory whatever strangers send.
 */
final class RecentAddresses {
    private static final int PLACE_BITS = 12;

    /** About 130 bytes each, half a MiB if all are taken. */
    static final int PLACES = 1 << PLACE_BITS;

    private final @Nullable Entry[] entries = new Entry[PLACES];

    private record Entry(int ipv4, IpAddress address) {}

    /** The endpoint in an {@code ipv4} field; 6 bytes must be there. */
    IpAddress at(byte[] buffer, int offset) {
        int ipv4 = WireNumbers.u32(buffer, offset);
        int port = WireNumbers.u16(buffer, offset + Integer.BYTES);
        int place = ((ipv4 * 31 + port) * 0x9e3779b9) >>> (Integer.SIZE - PLACE_BITS);
        Entry entry = entries[place];
        if (entry == null || entry.ipv4 != ipv4 || entry.address.port() != port) {
            byte[] bytes = {buffer[offset], buffer[offset + 1], buffer[offset + 2], buffer[offset + 3]};
            entry = new Entry(ipv4, IpAddress.of(IpLiterals.toInetAddress(bytes), port));
            entries[place] = entry;
        }
        return entry.address;
    }
}
