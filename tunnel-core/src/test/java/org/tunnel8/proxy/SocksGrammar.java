package org.tunnel8.proxy;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** What clients of a SOCKS5 proxy say: right, nearly right, and anything. */
final class SocksGrammar {
    private static final int[] TELLING_BYTES = {0, 1, 2, 3, 4, 5, 6, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0xfe, 0xff};

    private final RandomGenerator random;
    private final boolean asksCredentials;

    SocksGrammar(RandomGenerator random, boolean asksCredentials) {
        this.random = random;
        this.asksCredentials = asksCredentials;
    }

    /** What a client is after. */
    enum Intent {
        ASSOCIATION,
        STREAM,
        EXCHANGE,
        NONSENSE
    }

    /**
     * What a client sends, in messages.
     *
     * @param intent what it is after
     * @param target what it asks for; null if it asks wrongly
     * @param isRight whether each message is as it should be
     * @param messages in the order in which they are sent
     */
    record Script(Intent intent, @Nullable Address target, boolean isRight, List<byte[]> messages) {}

    Script script() {
        int kind = random.nextInt(20);
        if (kind == 0) {
            return new Script(Intent.NONSENSE, null, false, List.of(bytes(1 + random.nextInt(700))));
        }
        Intent intent = kind < 7 ? Intent.ASSOCIATION : kind < 13 ? Intent.STREAM : Intent.EXCHANGE;
        if (random.nextInt(3) == 0) {
            return wrong(intent);
        }
        Script right = right(intent);
        if (random.nextBoolean()) {
            return right;
        }
        return new Script(intent, null, false, mutated(right.messages));
    }

    // What is right

    private Script right(Intent intent) {
        List<byte[]> messages = new ArrayList<>();
        messages.add(greeting(true));
        if (asksCredentials) {
            messages.add(login(Socks5FuzzWorld.USER, Socks5FuzzWorld.PASSWORD));
        }
        int port = 1 + random.nextInt(65_535);
        Address target = intent == Intent.EXCHANGE
                ? Address.parse("tracker" + random.nextInt(100) + ".example", port)
                : Address.parse("198.51." + random.nextInt(256) + "." + random.nextInt(256), port);
        if (intent == Intent.ASSOCIATION) {
            // RFC 1928 §6: all zeros if the client does not know yet where it will send from.
            messages.add(request(Socks5Request.UDP_ASSOCIATE, numeric(Address.parse("0.0.0.0", 0))));
        } else if (intent == Intent.STREAM) {
            messages.add(request(Socks5Request.CONNECT, numeric(target)));
        } else {
            messages.add(request(Socks5Request.CONNECT, named(ascii(((HostAddress) target).host()), port)));
        }
        addPayload(intent, messages);
        return new Script(intent, target, true, messages);
    }

    private void addPayload(Intent intent, List<byte[]> messages) {
        if (intent == Intent.STREAM) {
            long at = 0;
            for (int i = random.nextInt(6); i > 0; i--) {
                int length = 1 + random.nextInt(random.nextInt(6) == 0 ? 60_000 : 1_000);
                messages.add(DrawnStreams.pattern(at, length));
                at += length;
            }
        } else if (intent == Intent.EXCHANGE) {
            messages.add(http(random.nextInt(3) > 0));
        }
    }

    private byte[] http(boolean isRight) {
        if (isRight) {
            String body = random.nextInt(4) == 0 ? "x".repeat(random.nextInt(200)) : "";
            return ascii((body.isEmpty() ? "GET" : "POST") + " /announce?info_hash=" + "%ab".repeat(random.nextInt(20))
                    + " HTTP/1.1\r\nHost: t.example\r\n"
                    + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n") + "\r\n" + body);
        }
        return switch (random.nextInt(12)) {
            case 0 -> ascii("GET / HTTP/1.1\r\nHost: " + "h".repeat(random.nextInt(4_000)) + "\r\n\r\n");
            case 1 -> ascii("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
            case 2 -> ascii("POST / HTTP/1.1\r\nContent-Length: " + random.nextLong() + "\r\n\r\nabc");
            case 3 -> ascii("POST / HTTP/1.1\r\ncontent-length:" + random.nextInt(3_000) + "\r\n\r\nabc");
            case 4 -> ascii("GET / HTTP/1.1\r\n\r\nGET /again HTTP/1.1\r\n\r\n");
            case 5 -> ascii("CONNECT a:1 HTTP/1.1\r\n\r\n");
            case 6 -> ascii("M" + "M".repeat(random.nextInt(10)) + " / \r\n\r\n");
            case 7 -> ascii("GET / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nabc");
            case 8 -> new byte[] {0x16, 3, 1, 2, 0, 1};
            case 9 -> ascii("GET / HTTP/1.1\r\nA: b"); // never ends
            case 10 -> ascii("GET / HTTP/1.1\n\n");
            default -> bytes(1 + random.nextInt(3_000));
        };
    }

    private byte[] greeting(boolean isRight) {
        int count = isRight ? 1 + random.nextInt(4) : random.nextInt(256);
        byte[] greeting = bytes(2 + count);
        greeting[0] = 5;
        greeting[1] = (byte) count;
        if (isRight) {
            greeting[2 + random.nextInt(count)] = (byte) (asksCredentials ? 2 : 0);
        }
        return greeting;
    }

    private static byte[] login(byte[] user, byte[] password) {
        ByteArrayOutputStream login = new ByteArrayOutputStream();
        login.write(1);
        login.write(user.length);
        login.writeBytes(user);
        login.write(password.length);
        login.writeBytes(password);
        return login.toByteArray();
    }

    private static byte[] request(int command, byte[] address) {
        byte[] request = new byte[3 + address.length];
        request[0] = 5;
        request[1] = (byte) command;
        System.arraycopy(address, 0, request, 3, address.length);
        return request;
    }

    private static byte[] numeric(Address address) {
        InetAddress ip = ((IpAddress) address).address();
        byte type = ip.getAddress().length == 4 ? SocksAddress.IPV4 : SocksAddress.IPV6;
        return addressed(type, ip.getAddress(), address.port());
    }

    private static byte[] named(byte[] name, int port) {
        byte[] field = new byte[1 + name.length];
        field[0] = (byte) name.length;
        System.arraycopy(name, 0, field, 1, name.length);
        return addressed(SocksAddress.NAME, field, port);
    }

    private static byte[] addressed(byte type, byte[] field, int port) {
        byte[] address = new byte[1 + field.length + 2];
        address[0] = type;
        System.arraycopy(field, 0, address, 1, field.length);
        address[address.length - 2] = (byte) (port >> 8);
        address[address.length - 1] = (byte) port;
        return address;
    }

    // What is wrong, or seldom

    private Script wrong(Intent intent) {
        List<byte[]> messages = new ArrayList<>();
        messages.add(greeting(random.nextInt(6) > 0));
        if (asksCredentials || random.nextInt(10) == 0) {
            boolean isKnown = random.nextInt(3) > 0;
            byte[] user = isKnown ? Socks5FuzzWorld.USER : bytes(random.nextInt(256));
            byte[] password = random.nextInt(4) > 0 ? Socks5FuzzWorld.PASSWORD : bytes(random.nextInt(256));
            messages.add(login(user, password));
        }
        int command = random.nextInt(8) == 0
                ? random.nextInt(random.nextBoolean() ? 4 : 256)
                : intent == Intent.ASSOCIATION ? Socks5Request.UDP_ASSOCIATE : Socks5Request.CONNECT;
        // Most of those that say where they will send from send from elsewhere here.
        boolean isUnknown = intent == Intent.ASSOCIATION && random.nextInt(4) > 0;
        messages.add(request(command, isUnknown ? numeric(Address.parse("0.0.0.0", 0)) : address()));
        addPayload(intent, messages);
        messages.add(bytes(random.nextInt(200)));
        return new Script(intent, null, false, messages);
    }

    /** An address as SOCKS5 writes it, of any kind. */
    byte[] address() {
        int port = random.nextInt(8) == 0 ? 0 : random.nextInt(65_536);
        return switch (random.nextInt(12)) {
            case 0 -> addressed(SocksAddress.IPV6, bytes(16), port);
            case 1 -> numeric(Address.parse("127.0.0.1", port));
            case 2 -> addressed(SocksAddress.IPV6, mapped(), port);
            case 3 -> named(bytes(random.nextInt(256)), port);
            case 4 -> named(ascii("tracker.example"), port);
            case 5 -> named(ascii("192.0.2.7"), port);
            case 6 -> named(ascii("2001:db8::7"), port);
            case 7 -> named(ascii("n".repeat(255)), port);
            case 8 -> named("bücher.example".getBytes(StandardCharsets.UTF_8), port);
            case 9 -> addressed((byte) random.nextInt(256), bytes(random.nextInt(20)), port);
            default -> addressed(SocksAddress.IPV4, bytes(4), port);
        };
    }

    private byte[] mapped() {
        byte[] address = new byte[16];
        address[10] = -1;
        address[11] = -1;
        System.arraycopy(bytes(4), 0, address, 12, 4);
        return address;
    }

    /** A datagram of a client for its association; nearly always with a header that can be read. */
    byte[] datagram() {
        byte[] address = random.nextInt(3) > 0
                ? numeric(Address.parse("192.0.2." + random.nextInt(256), 1 + random.nextInt(65_535)))
                : address();
        int payload = random.nextInt(random.nextInt(30) == 0 ? 7_800 : 100);
        byte[] datagram = bytes(3 + address.length + payload);
        Arrays.fill(datagram, 0, 3, (byte) 0);
        System.arraycopy(address, 0, datagram, 3, address.length);
        return switch (random.nextInt(12)) {
            case 0 -> Arrays.copyOf(datagram, random.nextInt(Math.min(datagram.length, 30)));
            case 1 -> once(datagram);
            case 2 -> bytes(random.nextInt(50));
            default -> datagram;
        };
    }

    // Mutations

    private List<byte[]> mutated(List<byte[]> right) {
        List<byte[]> messages = new ArrayList<>(right);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            int at = random.nextInt(messages.size());
            switch (random.nextInt(6)) {
                case 0 -> messages.add(at, messages.get(random.nextInt(messages.size())));
                case 1 -> Collections.swap(messages, at, random.nextInt(messages.size()));
                default -> messages.set(at, once(messages.get(at)));
            }
        }
        return messages;
    }

    private byte[] once(byte[] right) {
        byte[] bytes = right.clone();
        if (bytes.length == 0) {
            return bytes(1 + random.nextInt(8));
        }
        // Most fields stand in front.
        int at = random.nextInt(random.nextBoolean() ? Math.min(8, bytes.length) : bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> bytes[at] = (byte) TELLING_BYTES[random.nextInt(TELLING_BYTES.length)];
            case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 3 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(300));
                System.arraycopy(bytes, at, longer, longer.length - bytes.length + at, bytes.length - at);
                return longer;
            }
            case 4 -> {
                return Arrays.copyOfRange(bytes, at, bytes.length);
            }
            default -> bytes[at] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /** What the network makes of messages: pieces cut anywhere, or messages together. None is longer than is read at once. */
    List<byte[]> segments(List<byte[]> messages) {
        List<byte[]> segments = new ArrayList<>();
        int way = random.nextInt(4);
        if (way == 0) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            messages.forEach(all::writeBytes);
            cut(all.toByteArray(), random.nextBoolean() ? StreamRelay.PIECE_BYTES : 400, segments);
        } else {
            for (byte[] message : messages) {
                cut(message, way == 1 && message.length < 100 ? 3 : StreamRelay.PIECE_BYTES, segments);
            }
        }
        return segments;
    }

    private void cut(byte[] bytes, int most, List<byte[]> segments) {
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(most < 1_000 ? 1 + random.nextInt(most) : most, bytes.length - at);
            segments.add(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
    }

    byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
