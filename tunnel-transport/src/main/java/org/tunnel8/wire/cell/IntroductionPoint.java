package org.tunnel8.wire.cell;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;

/**
 * An entry of {@link PeersResponse}. {@code PROTOCOL.md §8}.
 *
 * @param address where the introduction point is
 * @param pointKey its public key, as it came
 * @param seederKey the public key the seeder uses for the swarm, as it came
 * @param source how it became known, as a byte: one of the constants here, or a number of later making
 */
public record IntroductionPoint(IpAddress address, ByteString pointKey, ByteString seederKey, int source) {
    /** Source: not told. */
    public static final int SOURCE_UNKNOWN = 0;

    /** Source: the distributed hash table. */
    public static final int SOURCE_DHT = 1;

    /** Source: peer exchange. */
    public static final int SOURCE_PEX = 2;

    /** Checks the sizes of the fields. */
    public IntroductionPoint {
        FieldSizes.checkU8(source);
    }
}
