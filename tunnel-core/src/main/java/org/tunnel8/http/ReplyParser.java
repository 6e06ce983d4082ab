package org.tunnel8.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.ByteString;

/**
 * Reads an HTTP answer that is there as a whole. Thread-safe: functions only.
 */
public final class ReplyParser {
    /** Status line. */
    private static final int MAX_LINE_BYTES = 4_096;
    /** All headers together. */
    private static final int MAX_HEADERS_BYTES = 16_384;

    private ReplyParser() {}

    /** What the head of an answer may have. */
    static HttpDecoderConfig limits() {
        return new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE_BYTES).setMaxHeaderSize(MAX_HEADERS_BYTES);
    }

    /**
     * Reads an answer to a GET.
     *
     * @param bytes status line, headers and body as the server sent them
     * @return what stands in it; null if it is no HTTP, has too long headers, or ends before its body does
     */
    public static @Nullable ParsedReply parse(byte[] bytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseDecoder(limits()));
        List<HttpObject> objects = new ArrayList<>();
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(bytes));
            // A body without a length ends with the connection, and that is over.
            channel.finish();
            HttpObject object = channel.readInbound();
            while (object != null) {
                objects.add(object);
                object = channel.readInbound();
            }
            return read(objects);
        } finally {
            objects.forEach(ReferenceCountUtil::release);
            channel.finishAndReleaseAll();
        }
    }

    private static @Nullable ParsedReply read(List<HttpObject> objects) {
        HttpResponse head = null;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (HttpObject object : objects) {
            if (object.decoderResult().isFailure()) {
                return null;
            }
            if (object instanceof HttpResponse response) {
                boolean isInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
                head = isInterim ? null : response;
            }
            if (head != null && object instanceof HttpContent content) {
                add(body, content.content());
                if (object instanceof LastHttpContent) {
                    return new ParsedReply(head.status().code(), headers(head), ByteString.of(body.toByteArray()));
                }
            }
        }
        return null;
    }

    private static void add(ByteArrayOutputStream body, ByteBuf content) {
        try {
            content.getBytes(content.readerIndex(), body, content.readableBytes());
        } catch (IOException e) {
            throw new IllegalStateException("memory takes what is written to it", e);
        }
    }

    private static Map<String, List<String>> headers(HttpResponse head) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        head.headers()
                .forEach(field -> headers.computeIfAbsent(
                                field.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(field.getValue()));
        return headers;
    }
}
