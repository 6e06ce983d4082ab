package org.tunnel8.wire;

/**
 * Bytes that are not what their message id promises.
 *
 * <p>It is checked so that no caller of a codec can forget it, and carries no stack trace because any stranger can cause one with a
 * single datagram. The message is a constant of the codec and never contains received bytes.
 */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * An exception without stack trace.
     *
     * @param reason a constant phrase saying what was wrong
     */
    public MalformedMessageException(String reason) {
        super(reason, null, false, false);
    }
}
