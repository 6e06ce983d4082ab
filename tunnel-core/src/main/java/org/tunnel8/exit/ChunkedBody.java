package org.tunnel8.exit;

/**
 * Takes the chunks of a chunked HTTP body apart as they arrive (RFC 9112, section 7.1); each byte is looked at once.
 *
 * <p>Engine thread only.
 */
final class ChunkedBody {
    /** More than any size within the limit of a reply. */
    private static final int MAX_SIZE_DIGITS = 6;

    private final ByteQueue content;
    private State state = State.SIZE;
    private int size;
    private int sizeDigits;
    private int lineBytes;

    private enum State {
        SIZE,
        EXTENSION,
        CONTENT,
        CONTENT_END,
        TRAILER,
        DONE,
        BROKEN
    }

    /** Makes an empty body of at most so many bytes. */
    ChunkedBody(int limit) {
        content = new ByteQueue(limit);
    }

    /** Takes bytes as they came from the server. */
    void add(byte[] buffer, int offset, int count) {
        int at = offset;
        int end = offset + count;
        while (at < end && state != State.DONE && state != State.BROKEN) {
            if (state == State.CONTENT) {
                int taken = Math.min(size, end - at);
                if (!content.add(buffer, at, taken)) {
                    state = State.BROKEN;
                }
                size -= taken;
                at += taken;
                if (size == 0 && state == State.CONTENT) {
                    state = State.CONTENT_END;
                }
            } else {
                take(buffer[at++]);
            }
        }
        if (at < end && state == State.DONE) {
            state = State.BROKEN; // something follows the end
        }
    }

    private void take(int character) {
        switch (state) {
            case SIZE -> takeSize(character);
            case EXTENSION -> {
                if (character == '\n') {
                    endSizeLine();
                }
            }
            case CONTENT_END -> {
                if (character == '\n') {
                    state = State.SIZE;
                    sizeDigits = 0;
                } else if (character != '\r') {
                    state = State.BROKEN;
                }
            }
            case TRAILER -> {
                if (character == '\n') {
                    state = lineBytes == 0 ? State.DONE : State.TRAILER;
                    lineBytes = 0;
                } else if (character != '\r') {
                    lineBytes++;
                }
            }
            default -> throw new IllegalStateException("no byte is taken in " + state);
        }
    }

    private void takeSize(int character) {
        int digit = Character.digit(character, 16);
        if (digit >= 0 && sizeDigits < MAX_SIZE_DIGITS) {
            size = 16 * size + digit;
            sizeDigits++;
        } else if (digit >= 0 || sizeDigits == 0) {
            state = State.BROKEN;
        } else if (character == '\n') {
            endSizeLine();
        } else if (character == '\r' || character == ';' || character == ' ' || character == '\t') {
            state = State.EXTENSION;
        } else {
            state = State.BROKEN;
        }
    }

    private void endSizeLine() {
        state = size == 0 ? State.TRAILER : State.CONTENT;
        lineBytes = 0;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    boolean isBroken() {
        return state == State.BROKEN;
    }

    /** What the chunks held so far. */
    ByteQueue content() {
        return content;
    }
}
