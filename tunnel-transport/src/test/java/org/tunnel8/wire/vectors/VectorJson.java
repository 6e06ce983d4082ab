package org.tunnel8.wire.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.HexFormat;
import java.util.Map;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** How bytes, numbers, addresses and keys are written in the vectors. */
public final class VectorJson {
    private VectorJson() {}

    /** Hexadecimal digits as bytes. */
    public static byte[] hex(JsonElement value) {
        return HexFormat.of().parseHex(value.getAsString());
    }

    /** A field's hexadecimal digits as bytes. */
    public static byte[] hex(JsonObject object, String field) {
        assertThat(object.get(field)).as("field %s", field).isNotNull();
        return hex(object.get(field));
    }

    /** Bytes as hexadecimal digits. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Bytes as hexadecimal digits. */
    public static String hex(ByteString bytes) {
        return hex(bytes.toBytes());
    }

    /** A field that is a list of circuit ids, as they are kept. */
    public static int[] circuitIds(JsonObject object) {
        JsonArray ids = object.getAsJsonArray("circuit_ids");
        int[] result = new int[ids.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = (int) ids.get(i).getAsLong();
        }
        return result;
    }

    /** An address object; its {@code type} has to be what the host's text says. */
    public static Address address(JsonObject object) {
        String host = object.get("host").getAsString();
        int port = object.get("port").getAsInt();
        Address address = Address.parse(host, port);
        if (object.get("type").getAsString().equals("domain")) {
            return new HostAddress(host, port);
        }
        assertThat(type(address))
                .as("type of %s", host)
                .isEqualTo(object.get("type").getAsString());
        return address;
    }

    /** The name of an address's type. */
    public static String type(Address address) {
        return address instanceof IpAddress ip ? (ip.isIpv4() ? "ipv4" : "ipv6") : "domain";
    }

    /** An address in the form {@link #plain} gives to address objects. */
    public static JsonElement json(Address address) {
        return new JsonPrimitive(type(address) + " " + address);
    }

    /** A copy in which equal things look equal: addresses are texts and truth values numbers. */
    public static JsonElement plain(JsonElement value) {
        if (value.isJsonObject()) {
            JsonObject object = value.getAsJsonObject();
            if (object.has("host") && object.has("port")) {
                return json(address(object));
            }
            JsonObject copy = new JsonObject();
            for (Map.Entry<String, JsonElement> field : object.entrySet()) {
                copy.add(field.getKey(), plain(field.getValue()));
            }
            return copy;
        }
        if (value.isJsonArray()) {
            JsonArray copy = new JsonArray();
            value.getAsJsonArray().forEach(item -> copy.add(plain(item)));
            return copy;
        }
        if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
            return new JsonPrimitive(value.getAsBoolean() ? 1L : 0L);
        }
        if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
            return new JsonPrimitive(value.getAsLong());
        }
        return value;
    }

    /** A key object, all of whose parts have to fit together. */
    public static IdentityKey identity(JsonObject object) throws CryptoFailure {
        IdentityKey key = IdentityKey.parse(hex(object, "private_key_bin"));
        String secret = hex(key.toBytes());
        String shared = hex(key.publicKey().toBytes());
        assertThat(shared).isEqualTo(object.get("public_key_bin").getAsString());
        assertThat(hex(key.publicKey().mid().toBytes()))
                .isEqualTo(object.get("mid").getAsString());
        assertThat(secret)
                .endsWith(object.get("curve25519_secret").getAsString()
                        + object.get("ed25519_seed").getAsString());
        assertThat(shared)
                .endsWith(object.get("curve25519_public").getAsString()
                        + object.get("ed25519_public").getAsString());
        return key;
    }

    /** A {@code session_keys} object. */
    public static SessionKeys sessionKeys(JsonObject keys) {
        return SessionKeys.of(
                LayerKey.of(hex(keys, "key_forward"), hex(keys, "salt_forward")),
                LayerKey.of(hex(keys, "key_backward"), hex(keys, "salt_backward")));
    }
}
