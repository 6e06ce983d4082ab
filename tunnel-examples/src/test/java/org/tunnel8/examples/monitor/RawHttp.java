package org.tunnel8.examples.monitor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One request by a socket, with whatever headers: Java's own client does not let a test choose the host. */
record RawHttp(int status, Map<String, String> headers, String body) {
    private static final int LIMIT_MILLIS = 10_000;

    static RawHttp get(URI uri) throws IOException {
        return ask("GET", uri, uri.getAuthority());
    }

    /** Asks for the URI's path where its port is, as if it were for this host. */
    static RawHttp ask(String method, URI uri, String host) throws IOException {
        return send(
                uri.getPort(),
                method + " " + uri.getRawPath() + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    static RawHttp send(int port, String request) throws IOException {
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static Socket open(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(LIMIT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MILLIS);
        return socket;
    }

    private static RawHttp parse(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no whole answer: '" + answer + "'");
        }
        String[] head = answer.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            headers.put(
                    head[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    head[i].substring(colon + 1).strip());
        }
        return new RawHttp(Integer.parseInt(head[0].split(" ", -1)[1]), headers, answer.substring(end + 4));
    }
}
