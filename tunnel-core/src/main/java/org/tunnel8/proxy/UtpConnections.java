package org.tunnel8.proxy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.WireNumbers;

/**
 * The uTP connections (BEP 29) of one association, as far as their partners have shown them, so that the client can be told
 * when they have ended without their partners' doing.
 *
 * <p>When a flow moves to another circuit, partners see another exit's address and know nothing of the connections they had
 * with the first; most answer with nothing at all. A client that has everything acknowledged would wait for its keep-alive
 * to find out, a minute or more. So it is told by what the partner itself would have said: a RESET. That stays on this
 * machine.
 *
 * <p>Of fixed size; in a full set of places the connection not heard for longest gives way. Nothing is allocated for a
 * datagram. Loop thread only.
 */
final class UtpConnections {
    /** Connections remembered. More than a torrent client keeps open. */
    static final int MAX_CONNECTIONS = 1_024;

    /** Places that a connection may be in. */
    private static final int WAYS = 4;

    private static final int HEADER_BYTES = 20;
    private static final int CONNECTION_ID = 2;
    private static final int FIN = 1;
    private static final int RESET = 3;
    private static final int LAST_TYPE = 4;
    private static final int VERSION = 1;

    private final byte[] headers = new byte[MAX_CONNECTIONS * HEADER_BYTES];
    private final @Nullable Address[] partners = new Address[MAX_CONNECTIONS];
    private final long[] heard = new long[MAX_CONNECTIONS];
    private long clock;

    /** Takes what is sent to the client in a partner's name. */
    interface Client {
        /** A datagram of a partner; the buffer has headroom and may be overwritten. */
        void onDatagram(Address origin, byte[] buffer, int offset, int length);
    }

    /** Notes a datagram that has come back; does nothing if it is not uTP. */
    void heard(Address origin, byte[] buffer, int offset, int length) {
        if (length < HEADER_BYTES || (buffer[offset] & 0x0f) != VERSION) {
            return;
        }
        int type = (buffer[offset] & 0xff) >>> 4;
        if (type > LAST_TYPE) {
            return;
        }
        int id = WireNumbers.u16(buffer, offset + CONNECTION_ID);
        int place = placeOf(origin, id);
        if (type == FIN || type == RESET) {
            if (isAt(place, origin, id)) {
                partners[place] = null;
            }
            return;
        }
        partners[place] = origin;
        heard[place] = ++clock;
        System.arraycopy(buffer, offset, headers, place * HEADER_BYTES, HEADER_BYTES);
    }

    /** Where a connection is, or else where it may go. */
    private int placeOf(Address origin, int id) {
        int mixed = (origin.hashCode() * 31 + id) * 0x9E3779B9; // 2^32 / golden ratio
        int first = (mixed >>> 16) % (MAX_CONNECTIONS / WAYS) * WAYS;
        int oldest = first;
        for (int place = first; place < first + WAYS; place++) {
            if (isAt(place, origin, id)) {
                return place;
            }
            if (partners[place] == null || (partners[oldest] != null && heard[place] < heard[oldest])) {
                oldest = place;
            }
        }
        return oldest;
    }

    private boolean isAt(int place, Address origin, int id) {
        return origin.equals(partners[place]) && WireNumbers.u16(headers, place * HEADER_BYTES + CONNECTION_ID) == id;
    }

    /** Ends all connections in the eyes of the client, and forgets them. */
    void reset(Client client) {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + HEADER_BYTES + Headroom.BACK_BYTES];
        for (int place = 0; place < MAX_CONNECTIONS; place++) {
            Address partner = partners[place];
            if (partner == null) {
                continue;
            }
            System.arraycopy(headers, place * HEADER_BYTES, buffer, Headroom.FRONT_BYTES, HEADER_BYTES);
            buffer[Headroom.FRONT_BYTES] = RESET << 4 | VERSION;
            buffer[Headroom.FRONT_BYTES + 1] = 0; // no extension
            partners[place] = null;
            client.onDatagram(partner, buffer, Headroom.FRONT_BYTES, HEADER_BYTES);
        }
        Arrays.fill(headers, (byte) 0);
    }
}
