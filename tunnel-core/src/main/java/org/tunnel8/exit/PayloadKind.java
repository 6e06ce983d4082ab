package org.tunnel8.exit;

import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Guesses what a datagram is by its bytes, as every exit of the network does (PROTOCOL.md §10).
 *
 * <p>The guesses overlap; they are a filter against abuse, not a parser. Thread-safe: functions only.
 */
public final class PayloadKind {
    private static final int UTP_HEADER_BYTES = 20;
    private static final int UTP_HIGHEST_TYPE = 4;
    private static final int UTP_HIGHEST_EXTENSION = 3;
    private static final int TRACKER_HIGHEST_ACTION = 3;
    private static final int IPV8_HEADER_BYTES = 23;

    private PayloadKind() {}

    /**
     * Tells whether an exit passes a payload, in either direction.
     *
     * @param flags roles of the exit
     * @param own the tunnel community: its own datagrams pass any node, so that introduction points can be reached
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true if it is BT-like and the node is an EXIT_BT, or IPv8-like and it is an EXIT_IPV8, or of the own
     *     community
     */
    public static boolean isAllowed(PeerFlags flags, CommunityId own, byte[] buffer, int offset, int length) {
        if (flags.has(PeerFlags.EXIT_BT) && isBitTorrent(buffer, offset, length)) {
            return true;
        }
        return isIpv8(buffer, offset, length)
                && (flags.has(PeerFlags.EXIT_IPV8) || own.matchesPrefix(buffer, offset, length));
    }

    /**
     * Tells whether a payload looks like BitTorrent: uTP, a UDP tracker's, or the DHT's.
     *
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true if any of the three fits
     */
    public static boolean isBitTorrent(byte[] buffer, int offset, int length) {
        return isUtp(buffer, offset, length) || isTracker(buffer, offset, length) || isDht(buffer, offset, length);
    }

    /**
     * Tells whether a payload looks like uTP (BEP 29).
     *
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true for at least 20 bytes of version 1 with a known type and extension
     */
    public static boolean isUtp(byte[] buffer, int offset, int length) {
        return length >= UTP_HEADER_BYTES
                && (buffer[offset] & 0x0f) == 1
                && (buffer[offset] & 0xf0) >> 4 <= UTP_HIGHEST_TYPE
                && (buffer[offset + 1] & 0xff) <= UTP_HIGHEST_EXTENSION;
    }

    /**
     * Tells whether a payload looks like a UDP tracker's request or answer (BEP 15).
     *
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true if an action number stands at byte 0 or at byte 8
     */
    public static boolean isTracker(byte[] buffer, int offset, int length) {
        return (length >= 8 && isAction(buffer, offset)) || (length >= 12 && isAction(buffer, offset + 8));
    }

    /**
     * Tells whether a payload looks like the DHT's (BEP 5): a bencoded dictionary.
     *
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true if it starts with d and ends with e
     */
    public static boolean isDht(byte[] buffer, int offset, int length) {
        return length > 1 && buffer[offset] == 'd' && buffer[offset + length - 1] == 'e';
    }

    /**
     * Tells whether a payload looks like a datagram of any IPv8 overlay.
     *
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     * @return true for at least 23 bytes that start with 0x00 and version 1 or 2
     */
    public static boolean isIpv8(byte[] buffer, int offset, int length) {
        return length >= IPV8_HEADER_BYTES
                && buffer[offset] == 0
                && (buffer[offset + 1] == 1 || buffer[offset + 1] == 2);
    }

    private static boolean isAction(byte[] buffer, int offset) {
        return buffer[offset] == 0
                && buffer[offset + 1] == 0
                && buffer[offset + 2] == 0
                && (buffer[offset + 3] & 0xff) <= TRACKER_HIGHEST_ACTION;
    }
}
