package org.tunnel8.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/** What HTTP servers answer, and what else may come over a connection. */
final class HttpReplies {
    private static final int MAX_BYTES = 70_000;

    private HttpReplies() {}

    /** A reply, correct or not. */
    static byte[] some(RandomGenerator random) {
        byte[] junk = new byte[random.nextInt(random.nextInt(8) == 0 ? MAX_BYTES : 2_000)];
        random.nextBytes(junk);
        String text = switch (random.nextInt(8)) {
            case 0 -> "HTTP/1.1 200 OK\r\n\r\nd8:intervali1800e5:peers0:e";
            case 1 -> "HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\nd8:intervali1800e5:peers0:e";
            case 2 -> "HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: http://a.example/\r\n\r\n";
            case 3 -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nle\r\n0\r\n\r\n";
            case 4 -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n";
            case 5 -> "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + "l".repeat(500);
            case 6 -> "HTTP/1.1 200 OK\r\n\r\n" + "l".repeat(1 + random.nextInt(40_000));
            default -> "";
        };
        byte[] reply = text.getBytes(StandardCharsets.US_ASCII);
        return random.nextInt(3) == 0 ? Mutations.concat(reply, junk) : reply;
    }
}
