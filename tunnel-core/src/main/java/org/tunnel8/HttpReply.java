package org.tunnel8;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a server has answered to {@link TunnelClient#http(java.net.URI)}. Immutable. */
public final class HttpReply {
    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /**
     * Makes a reply; headers and body are copied.
     *
     * @param status the status code, as 200 or 307
     * @param headers the header fields, each with all its values
     * @param body the body; empty if there is none
     */
    public HttpReply(int status, Map<String, List<String>> headers, byte[] body) {
        Map<String, List<String>> copied = new LinkedHashMap<>();
        headers.forEach((name, values) -> copied.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        this.status = status;
        this.headers = Collections.unmodifiableMap(copied);
        this.body = body.clone();
    }

    /**
     * The status code.
     *
     * @return 100 to 999, as the server says
     */
    public int status() {
        return status;
    }

    /**
     * The header fields.
     *
     * @return an unmodifiable map of names in lower case, each with all its values in order
     */
    public Map<String, List<String>> headers() {
        return headers;
    }

    /**
     * The first value of a header field.
     *
     * @param name the field's name, in any case
     * @return its value, if there is such a field
     */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                .findFirst();
    }

    /**
     * The body.
     *
     * @return a new array
     */
    public byte[] body() {
        return body.clone();
    }

    /** The status and the body's length; nothing of what they say. */
    @Override
    public String toString() {
        return "HttpReply[" + status + ", " + body.length + " bytes]";
    }
}
