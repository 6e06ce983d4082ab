package org.tunnel8.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;

/**
 * Tells when an HTTP answer that comes in pieces is there as a whole, and keeps it as it came. For one thread.
 */
public final class ReplyCollector implements AutoCloseable {
    private final int maxBytes;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final EmbeddedChannel decoder = new EmbeddedChannel(new HttpResponseDecoder(ReplyParser.limits()));
    private State state = State.MORE;
    private boolean hasHead;
    private boolean closed;

    /** Where an answer stands. */
    public enum State {
        /** More has to come. */
        MORE,
        /** It is whole. */
        COMPLETE,
        /** It is no HTTP, too long, or cut short. */
        BROKEN
    }

    /**
     * Makes one for an answer.
     *
     * @param maxBytes its bytes at most, head and body
     */
    public ReplyCollector(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes what has come.
     *
     * @param buffer holds it
     * @param offset where it starts
     * @param length its bytes
     * @return where the answer stands now
     */
    public State add(byte[] buffer, int offset, int length) {
        if (state != State.MORE || closed) {
            return state;
        }
        if (length > maxBytes - bytes.size()) {
            state = State.BROKEN;
            return state;
        }
        bytes.write(buffer, offset, length);
        decoder.writeInbound(Unpooled.copiedBuffer(buffer, offset, length));
        look();
        return state;
    }

    /**
     * Learns that the server has closed the connection, which ends a body without a length.
     *
     * @return COMPLETE or BROKEN
     */
    public State end() {
        if (state == State.MORE && !closed) {
            decoder.finish();
            look();
        }
        if (state == State.MORE) {
            state = State.BROKEN;
        }
        return state;
    }

    private void look() {
        HttpObject object = decoder.readInbound();
        while (object != null) {
            look(object);
            ReferenceCountUtil.release(object);
            object = decoder.readInbound();
        }
    }

    private void look(HttpObject object) {
        if (state != State.MORE) {
            return;
        }
        if (object.decoderResult().isFailure()) {
            state = State.BROKEN;
            return;
        }
        if (object instanceof HttpResponse response) {
            // An interim answer is followed by the answer.
            hasHead = response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
        }
        if (hasHead && object instanceof LastHttpContent) {
            state = State.COMPLETE;
        }
    }

    /**
     * What has come so far.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** Gives back what the decoder holds. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            decoder.finishAndReleaseAll();
        }
    }
}
