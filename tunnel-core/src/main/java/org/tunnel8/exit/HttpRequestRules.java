package org.tunnel8.exit;

import java.nio.charset.StandardCharsets;
import org.tunnel8.wire.ByteString;

/**
 * Which requests an exit writes to a server: one GET with its headers and nothing else.
 *
 * <p>The request is written as it came, so its shape is all that keeps the exit from carrying other protocols: each line
 * after the first must be a header field, which no command of SMTP, Redis and their like is. Thread-safe: functions only.
 */
final class HttpRequestRules {
    /** A tracker's request has some 400 bytes; what is longer than a datagram of the network cannot be asked for. */
    static final int MAX_REQUEST_BYTES = 2_048;

    private static final String METHOD = "GET ";
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private HttpRequestRules() {}

    /**
     * Tells whether a request is written to its server.
     *
     * @param request the request
     * @return true for one GET of HTTP/1.0 or HTTP/1.1, of at most {@link #MAX_REQUEST_BYTES} bytes, that asks for no
     *     other protocol and has no body
     */
    static boolean allows(ByteString request) {
        if (request.length() > MAX_REQUEST_BYTES) {
            return false;
        }
        String text = new String(request.toBytes(), StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r\n\r\n")) {
            return false;
        }
        String[] lines = text.substring(0, text.length() - 4).split("\r\n", -1);
        if (!isRequestLine(lines[0])) {
            return false;
        }
        for (int i = 1; i < lines.length; i++) {
            if (!isField(lines[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRequestLine(String line) {
        int end = line.lastIndexOf(' ');
        if (!line.startsWith(METHOD) || end <= METHOD.length()) {
            return false;
        }
        String version = line.substring(end + 1);
        String target = line.substring(METHOD.length(), end);
        return (version.equals("HTTP/1.1") || version.equals("HTTP/1.0"))
                && target.chars().allMatch(character -> character > ' ' && character != 0x7f);
    }

    private static boolean isField(String line) {
        int colon = line.indexOf(':');
        if (colon < 1) {
            return false;
        }
        String name = line.substring(0, colon);
        boolean hasBody = name.equalsIgnoreCase("content-length") || name.equalsIgnoreCase("transfer-encoding");
        return !hasBody
                && !name.equalsIgnoreCase("upgrade")
                && name.chars().allMatch(HttpRequestRules::isTokenCharacter)
                && line.chars().allMatch(character -> character >= ' ' || character == '\t');
    }

    private static boolean isTokenCharacter(int character) {
        return (character >= '0' && character <= '9')
                || (character >= 'A' && character <= 'Z')
                || (character >= 'a' && character <= 'z')
                || TOKEN_MARKS.indexOf(character) >= 0;
    }
}
