package org.tunnel8.examples.bt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a bencoded value (BEP 3) that a stranger has written: a {@link Long}, a {@code byte[]}, a {@link List} or a {@link Map} with
 * text keys. No deeper than trackers nest, and no larger than the bytes that are there. Used once.
 */
final class Bencoded {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_DIGITS = 18;

    private final byte[] bytes;
    private int at;

    private Bencoded(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a dictionary; what follows it does not matter.
     *
     * @throws IllegalArgumentException if the bytes do not begin with one
     */
    static Map<String, Object> dictionary(byte[] bytes) {
        Bencoded reader = new Bencoded(bytes);
        if (reader.peek() != 'd') {
            throw broken();
        }
        return reader.dictionary(0);
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw broken();
        }
        return switch (peek()) {
            case 'i' -> integer();
            case 'l' -> list(depth);
            case 'd' -> dictionary(depth);
            default -> string();
        };
    }

    private Map<String, Object> dictionary(int depth) {
        at++;
        Map<String, Object> map = new HashMap<>();
        while (peek() != 'e') {
            String key = new String(string(), StandardCharsets.ISO_8859_1);
            map.put(key, value(depth + 1));
        }
        at++;
        return map;
    }

    private List<Object> list(int depth) {
        at++;
        List<Object> list = new ArrayList<>();
        while (peek() != 'e') {
            list.add(value(depth + 1));
        }
        at++;
        return list;
    }

    private Long integer() {
        at++;
        return number('e');
    }

    private byte[] string() {
        long length = number(':');
        if (length < 0 || length > bytes.length - at) {
            throw broken();
        }
        at += (int) length;
        return Arrays.copyOfRange(bytes, at - (int) length, at);
    }

    private long number(char end) {
        int start = at;
        while (peek() != end) {
            at++;
        }
        String digits = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
        at++;
        if (digits.length() > MAX_DIGITS) {
            throw broken();
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no bencoded value", e);
        }
    }

    private byte peek() {
        if (at >= bytes.length) {
            throw broken();
        }
        return bytes[at];
    }

    private static IllegalArgumentException broken() {
        return new IllegalArgumentException("no bencoded value");
    }
}
