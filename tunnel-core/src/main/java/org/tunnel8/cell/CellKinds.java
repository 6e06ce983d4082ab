package org.tunnel8.cell;

import java.util.Arrays;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.wire.cell.CellMessageId;

/** As what the messages in cells are counted. */
public final class CellKinds {
    private static final MessageKind[] BY_ID = new MessageKind[256];

    static {
        Arrays.fill(BY_ID, MessageKind.OTHER);
        BY_ID[CellMessageId.DATA] = MessageKind.DATA;
        BY_ID[CellMessageId.CREATE] = MessageKind.CREATE;
        BY_ID[CellMessageId.CREATED] = MessageKind.CREATED;
        BY_ID[CellMessageId.EXTEND] = MessageKind.EXTEND;
        BY_ID[CellMessageId.EXTENDED] = MessageKind.EXTENDED;
        BY_ID[CellMessageId.PING] = MessageKind.PING;
        BY_ID[CellMessageId.PONG] = MessageKind.PONG;
        BY_ID[CellMessageId.TEST_REQUEST] = MessageKind.TEST_REQUEST;
        BY_ID[CellMessageId.TEST_RESPONSE] = MessageKind.TEST_RESPONSE;
        BY_ID[CellMessageId.RUST_TEST_REQUEST] = MessageKind.TEST_REQUEST;
        BY_ID[CellMessageId.RUST_TEST_RESPONSE] = MessageKind.TEST_RESPONSE;
        BY_ID[CellMessageId.HTTP_REQUEST] = MessageKind.HTTP_REQUEST;
        BY_ID[CellMessageId.HTTP_RESPONSE] = MessageKind.HTTP_RESPONSE;
    }

    private CellKinds() {}

    /**
     * The kind of a message.
     *
     * @param messageId its first byte
     * @return {@link MessageKind#OTHER} for one that is not known
     */
    public static MessageKind of(byte messageId) {
        return BY_ID[messageId & 0xff];
    }
}
