package org.tunnel8.wire.walk;

import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireNumbers;

/**
 * What a node of a tunnel overlay does for others; it travels as the extra bytes of introductions. {@code PROTOCOL.md §5}.
 *
 * <p>Immutable.
 *
 * @param bits 16 bits, unassigned ones included
 */
public record PeerFlags(int bits) {
    /** Passes cells on and extends circuits. */
    public static final int RELAY = 1;

    /** Sends BitTorrent traffic to the outside. */
    public static final int EXIT_BT = 2;

    /** Sends IPv8 traffic to the outside. */
    public static final int EXIT_IPV8 = 4;

    /** Answers speed tests. */
    public static final int SPEED_TEST = 8;

    /** Tribler: asked only where no other exit is left. */
    public static final int EXIT_BACKUP = 16384;

    /** Tribler: does plain HTTP exchanges. */
    public static final int EXIT_HTTP = 32768;

    /** No flags, as a node without extra bytes has. */
    public static final PeerFlags NONE = new PeerFlags(0);

    private static final int BYTES = 2;

    /** Checks that the flags can be sent. */
    public PeerFlags {
        WalkFields.checkU16(bits);
    }

    /**
     * Whether all of these flags are set.
     *
     * @param flags an OR of the constants here
     * @return true if so
     */
    public boolean has(int flags) {
        return (bits & flags) == flags;
    }

    /**
     * The flags in the extra bytes of an introduction: none if there are no bytes; what follows the first two is ignored.
     *
     * @param extra the extra bytes
     * @return the flags
     * @throws MalformedMessageException if there is one byte only
     */
    public static PeerFlags fromExtra(ByteString extra) throws MalformedMessageException {
        if (extra.length() == 0) {
            return NONE;
        }
        if (extra.length() < BYTES) {
            throw new MalformedMessageException("half a flags field");
        }
        return new PeerFlags(WireNumbers.u16(extra.toBytes(), 0));
    }

    /** The flags as extra bytes of an introduction. */
    public ByteString toExtra() {
        byte[] extra = new byte[BYTES];
        WireNumbers.putU16(extra, 0, bits);
        return ByteString.of(extra);
    }
}
