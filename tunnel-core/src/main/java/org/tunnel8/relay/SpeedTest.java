package org.tunnel8.relay;

import java.util.random.RandomGenerator;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.cell.TestRequest;
import org.tunnel8.wire.cell.TestResponse;

/**
 * Answers speed-test requests, in the reference's form and in that of the Rust nodes (PROTOCOL.md §8, 19 to 22).
 *
 * <p>Engine thread only.
 */
final class SpeedTest {
    /** What a response has in front of its bytes: message id and, in the Rust form, 32 bits. */
    private static final int FIELD_BYTES = 5;

    static final int MAX_RESPONSE_BYTES = CellSender.MAX_BACKWARD_MESSAGE_BYTES - FIELD_BYTES;

    private final CellSender cells;
    private final byte[] filling = new byte[MAX_RESPONSE_BYTES];

    SpeedTest(CellSender cells, RandomGenerator random) {
        this.cells = cells;
        random.nextBytes(filling);
    }

    /** Sends as many bytes back as were asked for, or as many as one datagram takes. */
    void answer(JoinedPath path, TestRequest request) {
        ByteString data = ByteString.of(filling, 0, Math.min(request.responseSize(), MAX_RESPONSE_BYTES));
        int length = cells.encode(new TestResponse(request.form(), request.identifier(), data));
        path.carried(data.length());
        path.sendBack(cells.scratch(), Headroom.FRONT_BYTES, length);
    }
}
