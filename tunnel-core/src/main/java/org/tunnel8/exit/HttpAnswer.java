package org.tunnel8.exit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers to one request, and whether an exit passes it: a redirection (307), or a bencoded body
 * (PROTOCOL.md §13).
 *
 * <pre>
 * state     event                                                          next
 * -------   ------------------------------------------------------------   -----------------
 * HEAD      empty line                                                     BODY
 * BODY      as many bytes as announced, last chunk, or end without either   PASSED or REFUSED
 * HEAD      end                                                            REFUSED
 * BODY      end before what was announced                                  REFUSED
 * any       more than the limits, or no HTTP                               REFUSED
 * </pre>
 *
 * <p>What is passed is passed as it came; a chunked body is taken apart for the judgement alone. Engine thread only.
 */
final class HttpAnswer {
    /** The lengths in the network's messages, and the Rust data path, end here (PROTOCOL.md §13). */
    static final int MAX_BYTES = 65_535;
    /** Status line and headers. */
    static final int MAX_HEAD_BYTES = 8_192;

    private static final String REDIRECTION = "HTTP/1.1 307";
    private static final int UNKNOWN = -1;

    private final ByteQueue received = new ByteQueue(MAX_BYTES);
    private State state = State.HEAD;
    private boolean redirection;
    private int bodyOffset;
    private int bodyBytes = UNKNOWN;
    private @Nullable ChunkedBody chunks;

    /** Where an answer stands. */
    enum State {
        /** Status line and headers are arriving. */
        HEAD,
        /** The body is arriving. */
        BODY,
        /** It is complete, and goes to the asker. */
        PASSED,
        /** It does not go to the asker. */
        REFUSED
    }

    /**
     * Takes bytes from the server.
     *
     * @return where the answer stands now
     */
    State add(byte[] buffer, int offset, int length) {
        if (state == State.PASSED || state == State.REFUSED) {
            return state;
        }
        int before = received.length();
        if (!received.add(buffer, offset, length)) {
            return refuse();
        }
        if (state == State.HEAD) {
            lookForBody(Math.max(0, before - 3));
            before = bodyOffset;
        }
        if (state == State.BODY) {
            takeBody(before);
        }
        return state;
    }

    /**
     * Learns that the server has closed the connection.
     *
     * @return PASSED or REFUSED
     */
    State end() {
        if (state == State.HEAD || (state == State.BODY && (chunks != null || bodyBytes != UNKNOWN))) {
            return refuse();
        }
        if (state == State.BODY) {
            judge(received.array(), bodyOffset, received.length());
        }
        return state;
    }

    /** The answer as it came, head and body. */
    byte[] toBytes() {
        return Arrays.copyOf(received.array(), received.length());
    }

    private State refuse() {
        state = State.REFUSED;
        return state;
    }

    private void lookForBody(int from) {
        byte[] bytes = received.array();
        for (int i = from; i + 3 < received.length(); i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                bodyOffset = i + 4;
                break;
            }
        }
        if (bodyOffset > MAX_HEAD_BYTES || (bodyOffset == 0 && received.length() > MAX_HEAD_BYTES)) {
            refuse();
        } else if (bodyOffset > 0) {
            state = State.BODY;
            readHead(new String(bytes, 0, bodyOffset, StandardCharsets.ISO_8859_1));
        }
    }

    private void readHead(String head) {
        String[] lines = head.split("\r\n", -1);
        if (!lines[0].startsWith("HTTP/1.")) {
            refuse();
            return;
        }
        redirection = lines[0].startsWith(REDIRECTION);
        for (String line : lines) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
            if (name.equals("content-length")) {
                readLength(line.substring(colon + 1).strip());
            } else if (name.equals("transfer-encoding")) {
                // Of the codings, chunked alone can be taken apart here.
                boolean isChunked = line.substring(colon + 1).strip().equalsIgnoreCase("chunked");
                if (!isChunked || chunks != null) {
                    refuse();
                }
                chunks = new ChunkedBody(MAX_BYTES);
            }
        }
        if (chunks != null && bodyBytes != UNKNOWN) {
            refuse();
        }
    }

    private void readLength(String text) {
        boolean isNumber = !text.isEmpty() && text.length() <= 6 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber || bodyBytes != UNKNOWN) {
            refuse();
            return;
        }
        bodyBytes = Integer.parseInt(text);
        if (bodyBytes > MAX_BYTES - bodyOffset) {
            refuse();
        }
    }

    private void takeBody(int from) {
        if (chunks != null) {
            chunks.add(received.array(), from, received.length() - from);
            if (chunks.isBroken()) {
                refuse();
            } else if (chunks.isDone()) {
                judge(chunks.content().array(), 0, chunks.content().length());
            }
        } else if (bodyBytes != UNKNOWN && received.length() - bodyOffset >= bodyBytes) {
            if (received.length() - bodyOffset > bodyBytes) {
                refuse();
            } else {
                judge(received.array(), bodyOffset, received.length());
            }
        }
    }

    private void judge(byte[] buffer, int offset, int end) {
        state = redirection || Bencode.isOneValue(buffer, offset, end) ? State.PASSED : State.REFUSED;
    }
}
