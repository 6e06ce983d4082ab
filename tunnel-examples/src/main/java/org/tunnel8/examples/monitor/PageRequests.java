package org.tunnel8.examples.monitor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.LogDetail;

/**
 * Answers the requests of one connection.
 *
 * <pre>
 * request                                        answer
 * --------------------------------------------   ---------------------------------------------------------
 * no HTTP, or more than the limits               400, and the connection ends
 * Host that is neither localhost nor an address  403: a page from elsewhere had its name lead here
 * another method than GET and HEAD               405
 * /TOKEN/NAME of what there is                   200
 * /metrics on a loopback address                 200
 * anything else, whatever is wrong with it       404, the same for all
 * </pre>
 *
 * <p>The server's thread only.
 */
final class PageRequests extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PageRequests.class);

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final AccessToken token;
    private final Site site;
    private final boolean local;
    private final Duration limit;
    private @Nullable Future<?> deadline;

    /** For an address that is local: reached from this machine alone. */
    PageRequests(AccessToken token, Site site, boolean local, Duration limit) {
        this.token = token;
        this.site = site;
        this.local = local;
        this.limit = limit;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        await(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
    }

    /** The next request has to be there in time, however slowly it comes. */
    private void await(ChannelHandlerContext context) {
        stopWaiting();
        deadline = context.executor().schedule(() -> end(context), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!context.channel().isWritable()) {
            // Asks on without reading what it asked for: nothing is kept for it.
            end(context);
            return;
        }
        await(context);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        FullHttpResponse response = respond(request, isHead);
        boolean goesOn = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
        HttpUtil.setKeepAlive(response, goesOn);
        var written = context.writeAndFlush(response);
        if (!goesOn) {
            var unused = written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse respond(FullHttpRequest request, boolean isHead) {
        if (!request.decoderResult().isSuccess()) {
            return refusal(HttpResponseStatus.BAD_REQUEST, isHead);
        }
        if (!HostRule.allows(request.headers().getAll(HttpHeaderNames.HOST), local)) {
            return refusal(HttpResponseStatus.FORBIDDEN, isHead);
        }
        if (!isHead && !request.method().equals(HttpMethod.GET)) {
            FullHttpResponse refusal = refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, isHead);
            refusal.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
            return refusal;
        }
        Site.@Nullable Content content = content(request.uri());
        return content == null
                ? refusal(HttpResponseStatus.NOT_FOUND, isHead)
                : response(
                        HttpResponseStatus.OK, content.type(), content.bytes().get(), isHead);
    }

    private Site.@Nullable Content content(String uri) {
        int query = uri.indexOf('?');
        String path = query < 0 ? uri : uri.substring(0, query);
        if (local && path.equals("/" + Site.METRICS)) {
            return site.find(Site.METRICS);
        }
        int slash = path.indexOf('/', 1);
        if (slash < 0 || path.charAt(0) != '/' || !token.is(path.substring(1, slash))) {
            return null;
        }
        return site.find(path.substring(slash + 1));
    }

    private static FullHttpResponse refusal(HttpResponseStatus status, boolean isHead) {
        byte[] body = (status.reasonPhrase() + "\n").getBytes(StandardCharsets.US_ASCII);
        return response(status, "text/plain; charset=utf-8", body, isHead);
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, byte[] body, boolean isHead) {
        ByteBuf content = isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, type);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        headers.set("content-security-policy", POLICY);
        headers.set("x-content-type-options", "nosniff");
        headers.set("referrer-policy", "no-referrer");
        headers.set("cross-origin-resource-policy", "same-origin");
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        LOG.debug("a connection to the monitor failed", LogDetail.of(failure));
        end(context);
    }

    private static void end(ChannelHandlerContext context) {
        var unused = context.close();
    }
}
