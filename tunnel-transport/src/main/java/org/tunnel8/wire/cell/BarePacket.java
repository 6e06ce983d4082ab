package org.tunnel8.wire.cell;

import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;

/**
 * A tunnel message as a datagram of its own, outside of any cell: create-e2e, created-e2e, peers-request and peers-response, sent as plain
 * UDP or as the payload of a data message. {@code PROTOCOL.md §1, §8, §11}, D17.
 *
 * <p>Immutable. Nothing in it is signed.
 *
 * @param community the overlay
 * @param circuitId all 32 bits of the circuit id that peers-request and peers-response carry; 0 for the others, which have none
 * @param message a message of one of the four kinds
 */
public record BarePacket(CommunityId community, int circuitId, CellMessage message) {
    /** Checks that the message is of a kind that travels bare. */
    public BarePacket {
        if (!travelsBare(message.messageId())) {
            throw new IllegalArgumentException("this kind of message travels in cells only");
        }
    }

    /**
     * Whether messages of an id are ever sent outside of cells.
     *
     * @param messageId a constant of {@link CellMessageId}
     * @return true for 13, 14, 17 and 18
     */
    public static boolean travelsBare(int messageId) {
        return messageId == CellMessageId.CREATE_E2E
                || messageId == CellMessageId.CREATED_E2E
                || messageId == CellMessageId.PEERS_REQUEST
                || messageId == CellMessageId.PEERS_RESPONSE;
    }

    private static boolean hasCircuitId(int messageId) {
        return messageId == CellMessageId.PEERS_REQUEST || messageId == CellMessageId.PEERS_RESPONSE;
    }

    /**
     * Decodes a datagram.
     *
     * @param buffer holds the datagram; not kept
     * @param offset where it begins
     * @param length its length
     * @return the packet
     * @throws MalformedMessageException if it is of another kind or version, or a field is missing
     */
    public static BarePacket decode(byte[] buffer, int offset, int length) throws MalformedMessageException {
        CommunityId community = CommunityId.ofDatagram(buffer, offset, length);
        if (!community.matchesPrefix(buffer, offset, length)) {
            throw new MalformedMessageException("another version");
        }
        WireReader reader =
                new WireReader(buffer, offset + CommunityId.PREFIX_BYTES, length - CommunityId.PREFIX_BYTES);
        int id = reader.u8();
        if (!travelsBare(id)) {
            throw new MalformedMessageException("this kind of message travels in cells only");
        }
        int circuitId = hasCircuitId(id) ? reader.u32() : 0;
        return new BarePacket(community, circuitId, CellCodec.decodePayload(id, reader));
    }

    /**
     * Encodes the packet.
     *
     * @param writer where to; throws if there is too little room
     * @return how many bytes were written
     */
    public int encode(WireWriter writer) {
        int before = writer.length();
        writer.bytes(community.prefix(), 0, CommunityId.PREFIX_BYTES);
        writer.u8(message.messageId());
        if (hasCircuitId(message.messageId())) {
            writer.u32(circuitId);
        }
        CellCodec.encodePayload(message, writer);
        return writer.length() - before;
    }
}
