package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** An object of a vector file that knows which of its members were looked at. */
final class Entry {
    private final String where;
    private final JsonObject object;
    private final Set<String> unread;
    private final Map<String, List<Entry>> within = new LinkedHashMap<>();

    Entry(String where, JsonObject object) {
        this.where = where;
        this.object = object;
        this.unread = new LinkedHashSet<>(object.keySet());
    }

    /** Where in which file this is, for messages. */
    String where() {
        JsonElement title = object.get("name");
        return where + (title == null ? "" : " (" + title.getAsString() + ")");
    }

    boolean has(String member) {
        return object.has(member);
    }

    /** Passes over members that only describe. */
    void describedBy(String... members) {
        for (String member : members) {
            unread.remove(member);
        }
    }

    /** Passes over the entries of a list that are none of ours. */
    void passOver(String list) {
        within.remove(list);
    }

    private JsonElement read(String member) {
        JsonElement value = object.get(member);
        if (value == null) {
            return fail("%s has no member %s", where(), member);
        }
        unread.remove(member);
        return value;
    }

    String text(String member) {
        return read(member).getAsString();
    }

    byte[] bytes(String member) {
        return HexFormat.of().parseHex(text(member));
    }

    long number(String member) {
        return read(member).getAsBigInteger().longValueExact();
    }

    /** The overlay that a member holds the 22-byte prefix of. */
    CommunityId overlay(String member) {
        String prefix = text(member);
        assertThat(prefix).as("%s of %s", member, where()).startsWith("0002");
        return CommunityId.parse(prefix.substring(4));
    }

    /** A circuit id, as it is kept. */
    int circuitId(String member) {
        long id = number(member);
        assertThat(id).as("%s of %s", member, where()).isBetween(0L, 0xffff_ffffL);
        return (int) id;
    }

    boolean flag(String member) {
        return switch (read(member).getAsString()) {
            case "true" -> true;
            case "false" -> false;
            default -> fail("%s: %s is neither true nor false", where(), member);
        };
    }

    boolean isNull(String member) {
        return read(member).isJsonNull();
    }

    /** The texts or numbers of a list. */
    List<String> texts(String member) {
        List<String> texts = new ArrayList<>();
        read(member).getAsJsonArray().forEach(element -> texts.add(element.getAsString()));
        return texts;
    }

    /** The member names of an object in here. */
    Set<String> names(String member) {
        return read(member).getAsJsonObject().keySet();
    }

    /** An object within; the same one each time. */
    Entry in(String member) {
        return within.computeIfAbsent(
                        member,
                        unread -> List.of(
                                new Entry(where + "." + unread, read(unread).getAsJsonObject())))
                .get(0);
    }

    /** The objects of a list within; the same ones each time. */
    List<Entry> list(String member) {
        return within.computeIfAbsent(member, this::elements);
    }

    private List<Entry> elements(String member) {
        List<Entry> inner = new ArrayList<>();
        for (JsonElement element : read(member).getAsJsonArray()) {
            inner.add(new Entry(where + "." + member + "[" + inner.size() + "]", element.getAsJsonObject()));
        }
        return inner;
    }

    Address address(String member) {
        return address(read(member).getAsJsonObject());
    }

    InetSocketAddress endpoint(String member) {
        return ((IpAddress) address(member)).endpoint();
    }

    private static Address address(JsonObject json) {
        String host = json.get("host").getAsString();
        int port = json.get("port").getAsInt();
        Address address = Address.parse(host, port);
        String type = address instanceof IpAddress ip ? ip.isIpv4() ? "ipv4" : "ipv6" : "domain";
        assertThat(json.get("type").getAsString()).as("type of %s", host).isIn(type, "domain");
        return json.get("type").getAsString().equals("domain") ? new HostAddress(host, port) : address;
    }

    /** All members in one form: addresses as texts, truth values as numbers. */
    Map<String, String> fields() {
        Map<String, String> fields = new TreeMap<>();
        for (String member : object.keySet()) {
            fields.put(member, plain(read(member)));
        }
        return fields;
    }

    private static String plain(JsonElement value) {
        if (value.isJsonArray()) {
            List<String> texts = new ArrayList<>();
            value.getAsJsonArray().forEach(element -> texts.add(plain(element)));
            return texts.toString();
        }
        if (value.isJsonObject()) {
            JsonObject json = value.getAsJsonObject();
            if (json.has("host")) {
                return address(json).toString();
            }
            Map<String, String> members = new TreeMap<>();
            json.entrySet().forEach(member -> members.put(member.getKey(), plain(member.getValue())));
            return members.toString();
        }
        if (value.getAsJsonPrimitive().isBoolean()) {
            return value.getAsBoolean() ? "1" : "0";
        }
        return value.getAsString();
    }

    /** A key object, all of whose parts have to fit together. */
    IdentityKey identity() {
        HexFormat hex = HexFormat.of();
        try {
            IdentityKey key = IdentityKey.parse(bytes("private_key_bin"));
            String secret = hex.formatHex(key.toBytes());
            String told = hex.formatHex(key.publicKey().toBytes());
            assertThat(told).as(where()).isEqualTo(text("public_key_bin"));
            assertThat(key.publicKey().mid().toBytes()).as(where()).isEqualTo(bytes("mid"));
            assertThat(secret).as(where()).endsWith(text("curve25519_secret") + text("ed25519_seed"));
            assertThat(told).as(where()).endsWith(text("curve25519_public") + text("ed25519_public"));
            return key;
        } catch (CryptoFailure e) {
            throw new AssertionError(where() + ": " + e.getMessage(), e);
        }
    }

    /** The keys of a {@code session_keys} object. */
    SessionKeys sessionKeys() {
        return SessionKeys.of(
                LayerKey.of(bytes("key_forward"), bytes("salt_forward")),
                LayerKey.of(bytes("key_backward"), bytes("salt_backward")));
    }

    /** Puts this entry through a check, whose failures then tell where. */
    void put(Consumer<Entry> check) {
        try {
            check.accept(this);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(where() + ": " + e.getMessage(), e);
        }
        finish();
    }

    /** Fails if a member was not looked at, here or within. */
    void finish() {
        assertThat(unread).as("members of %s that no check looks at", where()).isEmpty();
        within.values().forEach(entries -> entries.forEach(Entry::finish));
    }
}
