package org.tunnel8.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;

/** What goes between clients, exits and servers by HTTP: right, nearly right, and anything. */
final class HttpGrammar {
    /** Bytes of an answer in one part, as exits cut it (PROTOCOL.md §13). */
    private static final int PART_BYTES = 1_400;

    /** What fits into the longest datagram that is received. */
    private static final int MOST_PART_BYTES = 8_000;

    private static final int MOST_CELL_BYTES = 70_000;
    private static final int[] TELLING_NUMBERS = {0, 1, 2, 3, 0xff, 0x100, 0x101, 0x7fff, 0x8000, 0xfffe, 0xffff};

    private final RandomGenerator random;
    private final Mutations mutations;
    private final WireWriter writer = new WireWriter(2 * MOST_CELL_BYTES);

    HttpGrammar(RandomGenerator random) {
        this.random = random;
        this.mutations = new Mutations(random, this::reply);
    }

    // Requests

    /** A request that exits perform, which bears a mark. */
    byte[] request(int mark) {
        return ascii("GET /announce?n=" + mark + " HTTP/1.1\r\nHost: t.example\r\nX: "
                + "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 1_400 : 40)) + "\r\n\r\n");
    }

    /** The mark of a request; -1 if it has none. */
    static int mark(byte[] request) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        int from = text.indexOf("n=") + 2;
        int to = text.indexOf(' ', from);
        try {
            return from < 2 || to < 0 ? -1 : Integer.parseInt(text.substring(from, to));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** A request of a stranger, in a cell. */
    byte[] requestCell() {
        byte[] request = request(0);
        switch (random.nextInt(16)) {
            case 0 -> request = ascii("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
            case 1 -> request = mutations.mutated(request);
            case 2 -> request = ascii("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
            case 3 -> request = mutations.randomBytes(random.nextInt(3_000));
            default -> {}
        }
        int identifier = random.nextInt(random.nextInt(8) == 0 ? 8 : Integer.MAX_VALUE);
        byte[] cell = encoded(new HttpRequest(identifier, target(300), ByteString.of(request)));
        return mutatedNowAndThen(cell);
    }

    /** Where requests go; names are of at most so many characters. */
    Address target(int mostCharacters) {
        int port = random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(65_535);
        return switch (random.nextInt(12)) {
            case 0 -> Address.parse("10.0.0." + random.nextInt(256), port);
            case 1 -> Address.parse("2606:2800::" + Integer.toHexString(random.nextInt(65_536)), port);
            case 2 -> Address.parse("", port);
            case 3 -> Address.parse("n".repeat(random.nextInt(mostCharacters + 1)), port);
            case 4, 5, 6 -> Address.parse("tracker" + random.nextInt(60) + ".example", port);
            default -> Address.parse("93.184.216." + random.nextInt(256), port);
        };
    }

    // Replies

    /** What a server answers, often what exits pass. */
    byte[] reply() {
        return switch (random.nextInt(12)) {
            case 0 -> HttpReplies.some(random);
            case 1 -> mutations.mutated(rightReply());
            case 2 -> ascii("HTTP/1.1 307 Moved\r\n\r\n" + "r".repeat(random.nextInt(90_000))); // too long, or not
            case 3 ->
                ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunkSize() + "\r\n" + bencoded(9));
            default -> rightReply();
        };
    }

    /** An answer that exits pass and clients can read. */
    byte[] rightReply() {
        String body = bencoded(random.nextInt(random.nextInt(8) == 0 ? 60_000 : 300));
        return ascii(
                switch (random.nextInt(6)) {
                    case 0 -> "HTTP/1.1 200 OK\r\n\r\n" + body;
                    case 1 -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body);
                    case 2 -> "HTTP/1.1 307 Moved\r\nLocation: http://a.example/\r\nContent-Length: 0\r\n\r\n";
                    case 3 -> "HTTP/1.0 404 Not Found\r\nX: y\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                    default -> "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                });
    }

    /** The size of a chunk that is hardly one. */
    private String chunkSize() {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toHexString(random.nextLong());
            case 1 -> Integer.toHexString(random.nextInt());
            case 2 -> "0".repeat(random.nextInt(30)) + "1f";
            default -> "-1";
        };
    }

    private static String bencoded(int length) {
        return "d8:intervali1800e5:peers" + length + ":" + "p".repeat(length) + "e";
    }

    private String chunked(String body) {
        StringBuilder chunks = new StringBuilder();
        int at = 0;
        while (at < body.length()) {
            int length = Math.min(1 + random.nextInt(random.nextBoolean() ? 20 : 5_000), body.length() - at);
            chunks.append(Integer.toHexString(length))
                    .append(random.nextInt(5) == 0 ? ";a=b" : "")
                    .append("\r\n");
            chunks.append(body, at, at + length).append("\r\n");
            at += length;
        }
        return chunks.append("0\r\n\r\n").toString();
    }

    /** What comes of it at a time. */
    List<byte[]> pieces(byte[] bytes) {
        List<byte[]> pieces = new ArrayList<>();
        int most = switch (random.nextInt(4)) {
            case 0 -> bytes.length < 300 ? 1 : 4_096;
            case 1 -> 100 + bytes.length / 20;
            default -> 4_096;
        };
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(random.nextInt(5) == 0 ? 1 + random.nextInt(most) : most, bytes.length - at);
            pieces.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        return pieces;
    }

    // Answers in parts

    /** The cells by which an exit that may lie answers a question. */
    List<byte[]> answerCells(int identifier) {
        byte[] reply = random.nextInt(12) == 0 ? new byte[0] : reply();
        int size = random.nextInt(3) == 0 ? 1 + random.nextInt(PART_BYTES) : PART_BYTES;
        if (random.nextInt(40) == 0) {
            // More than is taken, in the longest parts that are received.
            reply = Arrays.copyOf(reply, 300_000);
            size = MOST_PART_BYTES;
        }
        int total = Math.min(Math.max(1, (reply.length + size - 1) / size), 0xffff);
        List<byte[]> cells = new ArrayList<>();
        for (int part = 0; part < total; part++) {
            int from = Math.min(part * size, reply.length);
            ByteString chunk = ByteString.of(reply, from, Math.min(size, reply.length - from));
            cells.add(encoded(new HttpResponse(identifier, part, total, chunk)));
        }
        lie(identifier, total, cells);
        return cells;
    }

    private void lie(int identifier, int total, List<byte[]> cells) {
        int at = random.nextInt(cells.size());
        switch (random.nextInt(14)) {
            case 0, 1 -> Collections.shuffle(cells, new java.util.Random(random.nextLong()));
            case 2 -> cells.add(at, cells.get(random.nextInt(cells.size()))); // twice
            case 3 -> cells.remove(at); // never whole
            case 4 -> cells.add(at, response(identifier, random.nextInt(total), total, 5)); // another content
            case 5 -> cells.add(at, response(identifier, at, telling(), 5)); // another total
            case 6 -> cells.add(at, response(identifier, telling(), total, 5)); // beyond the total
            case 7 -> cells.add(at, response(random.nextInt(), 0, 1, 5)); // somebody else's
            case 8 -> cells.add(at, response(identifier, at, total, random.nextInt(MOST_CELL_BYTES))); // huge
            case 9 -> cells.replaceAll(this::mutatedNowAndThen);
            default -> {}
        }
    }

    /** A part that nobody asked for. */
    byte[] strayCell() {
        return mutatedNowAndThen(response(random.nextInt(), telling(), telling(), random.nextInt(100)));
    }

    private byte[] response(int identifier, int part, int total, int bytes) {
        int length = Math.min(bytes, 0xffff);
        return encoded(new HttpResponse(identifier, part, total, ByteString.of(mutations.randomBytes(length))));
    }

    private int telling() {
        return TELLING_NUMBERS[random.nextInt(TELLING_NUMBERS.length)];
    }

    private byte[] mutatedNowAndThen(byte[] cell) {
        return switch (random.nextInt(12)) {
            case 0 -> mutations.mutated(cell);
            case 1 -> Arrays.copyOf(cell, random.nextInt(cell.length + 1));
            default -> cell;
        };
    }

    byte[] encoded(CellMessage message) {
        writer.clear();
        CellCodec.encode(message, writer);
        return writer.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
