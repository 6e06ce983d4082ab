package org.tunnel8.wire.cell;

/** The two forms of the speed test's messages ({@code PROTOCOL.md §8, §13}). */
public enum SpeedTestForm {
    /** Messages 19 and 20 with identifiers of 16 bits. */
    PYTHON(CellMessageId.TEST_REQUEST, CellMessageId.TEST_RESPONSE),
    /** Messages 21 and 22 with identifiers of 32 bits. */
    RUST(CellMessageId.RUST_TEST_REQUEST, CellMessageId.RUST_TEST_RESPONSE);

    private final int requestId;
    private final int responseId;

    SpeedTestForm(int requestId, int responseId) {
        this.requestId = requestId;
        this.responseId = responseId;
    }

    int requestId() {
        return requestId;
    }

    int responseId() {
        return responseId;
    }

    void checkIdentifier(int identifier) {
        if (this == PYTHON) {
            FieldSizes.checkU16(identifier);
        }
    }
}
