package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.tunnel8.crypto.VectorFile.Entry;

/** Runs every entry of onion.json, those about layers with every layer cipher of this machine. */
final class OnionVectors {
    private OnionVectors() {}

    static int run(VectorFile file) {
        file.each("beforenm", OnionVectors::beforenm);
        file.each("auth", OnionVectors::auth);
        file.each("kdf", OnionVectors::derivation);
        file.each("handshakes", OnionVectors::handshake);
        file.each("handshake_failures", OnionVectors::handshakeFailure);
        List<SessionKeys> read = new ArrayList<>();
        file.one("encrypt_keys", entry -> read.add(sessionKeys(entry)));
        SessionKeys keys = read.get(0);
        file.each("encrypt", entry -> encrypt(keys, entry));
        file.one("encrypt_run", OnionVectors::encryptRun);
        file.each("decrypt", entry -> decrypt(keys, entry));
        file.each("rendezvous_info", OnionVectors::rendezvousInfo);
        file.elsewhere("messages", "tunnel-transport");
        return file.finish();
    }

    private static void beforenm(Entry entry) {
        byte[] secret = entry.bytes("our_secret");
        byte[] theirs = entry.bytes("their_public");
        entry.describedBy("error");
        if (!entry.flag("ok")) {
            assertThatThrownBy(() -> EphemeralKey.of(secret).sharedKey(theirs))
                    .as(entry.where())
                    .isInstanceOf(CryptoFailure.class);
            return;
        }
        byte[] shared = entry.bytes("shared");
        assertThat(agree(secret, theirs)).as(entry.where()).isEqualTo(entry.bytes("raw_x25519"));
        assertThat(sharedKey(secret, theirs)).as(entry.where()).isEqualTo(shared);
        if (entry.has("their_secret")) {
            byte[] theirSecret = entry.bytes("their_secret");
            byte[] ours = entry.bytes("our_public");
            assertThat(EphemeralKey.of(secret).publicKey()).as(entry.where()).isEqualTo(ours);
            assertThat(EphemeralKey.of(theirSecret).publicKey())
                    .as(entry.where())
                    .isEqualTo(theirs);
            assertThat(sharedKey(theirSecret, ours)).as(entry.where()).isEqualTo(shared);
        }
        entry.describedBy("name");
    }

    private static void auth(Entry entry) {
        assertThat(KeyAgreement.auth(entry.bytes("key"), entry.bytes("message")))
                .as(entry.where())
                .isEqualTo(entry.bytes("tag"));
    }

    private static void derivation(Entry entry) {
        byte[] shared = entry.bytes("shared_secret");
        byte[] material = SessionKeys.material(shared);
        assertThat(material).as(entry.where()).isEqualTo(entry.bytes("hkdf_output"));
        entry.one("session_keys", keys -> isSame(SessionKeys.split(material), sessionKeys(keys), entry.where()));
    }

    private static void handshake(Entry entry) {
        List<IdentityKey> read = new ArrayList<>();
        entry.one("responder_static", key -> read.add(KeyVectors.keyObject(key)));
        IdentityKey responder = read.get(0);
        EphemeralKey x = EphemeralKey.of(entry.bytes("initiator_ephemeral_secret"));
        EphemeralKey y = EphemeralKey.of(entry.bytes("responder_ephemeral_secret"));
        byte[] sentX = entry.bytes("initiator_ephemeral_public_X");
        byte[] sentY = entry.bytes("responder_ephemeral_public_Y");
        assertThat(x.publicKey()).as(entry.where()).isEqualTo(sentX);
        assertThat(y.publicKey()).as(entry.where()).isEqualTo(sentY);

        byte[] xSecret = entry.bytes("initiator_ephemeral_secret");
        byte[] staticKey = responder.publicKey().encryptionKey();
        byte[] ephemeral = entry.bytes("beforenm_ephemeral_ephemeral");
        byte[] permanent = entry.bytes("beforenm_ephemeral_static");
        byte[] auth = entry.bytes("auth");
        byte[] shared = entry.bytes("shared_secret");
        assertThat(agree(xSecret, sentY)).as(entry.where()).isEqualTo(entry.bytes("raw_x25519_ephemeral_ephemeral"));
        assertThat(agree(xSecret, staticKey)).as(entry.where()).isEqualTo(entry.bytes("raw_x25519_ephemeral_static"));
        assertThat(sharedKey(xSecret, sentY)).as(entry.where()).isEqualTo(ephemeral);
        assertThat(sharedKey(xSecret, staticKey)).as(entry.where()).isEqualTo(permanent);
        assertThat(Arrays.copyOfRange(shared, 0, 32)).as(entry.where()).isEqualTo(ephemeral);
        assertThat(Arrays.copyOfRange(shared, 32, shared.length))
                .as(entry.where())
                .isEqualTo(permanent);
        assertThat(entry.bytes("hkdf_info")).isEqualTo("key_generation".getBytes(StandardCharsets.US_ASCII));
        assertThat(SessionKeys.material(shared)).as(entry.where()).isEqualTo(entry.bytes("hkdf_output"));

        KeyAgreement.Response response = respond(responder, y, sentX);
        assertThat(response.y()).as(entry.where()).isEqualTo(sentY);
        assertThat(response.auth()).as(entry.where()).isEqualTo(auth);
        SessionKeys ours = initiate(x, responder.publicKey(), sentY, auth);
        isSame(response.keys(), ours, entry.where());
        entry.one("session_keys", keys -> isSame(ours, sessionKeys(keys), entry.where()));
        entry.each("candidates", candidates -> candidates(ours, candidates));
    }

    private static void candidates(SessionKeys keys, Entry entry) {
        List<byte[]> listed = new ArrayList<>();
        entry.eachBytes("public_key_bins", listed::add);
        assertThat(listed).as(entry.where()).hasSize((int) entry.number("count"));
        byte[] plain = entry.bytes("candidates_bin");
        assertThat(keyList(listed)).as(entry.where()).isEqualTo(plain);
        if (entry.has("relay_candidates")) {
            int firstExit = firstExit(listed);
            List<byte[]> relays = new ArrayList<>();
            List<byte[]> exits = new ArrayList<>();
            entry.eachBytes("relay_candidates", relays::add);
            entry.eachBytes("exit_candidates", exits::add);
            assertThat(keyList(relays)).as(entry.where()).isEqualTo(keyList(listed.subList(0, firstExit - 1)));
            assertThat(keyList(exits)).as(entry.where()).isEqualTo(keyList(listed.subList(firstExit, listed.size())));
        }
        assertThat(entry.text("direction")).isEqualTo("forward");
        sealsAndOpens(keys.forward(), entry.number("explicit_salt_used"), plain, entry.bytes("candidates_enc"), entry);
    }

    /** Index of the second of two equal neighbours, from which on a list names exits (D14). */
    private static int firstExit(List<byte[]> listed) {
        for (int i = 1; i < listed.size(); i++) {
            if (Arrays.equals(listed.get(i - 1), listed.get(i))) {
                return i;
            }
        }
        return fail("no key is listed twice in a row");
    }

    private static byte[] keyList(List<byte[]> keys) {
        return encoded(out -> {
            out.writeByte(keys.size());
            for (byte[] key : keys) {
                out.writeShort(key.length);
                out.write(key);
            }
        });
    }

    private static void handshakeFailure(Entry entry) {
        EphemeralKey x = EphemeralKey.of(entry.bytes("initiator_ephemeral_secret"));
        byte[] y = entry.bytes("Y");
        byte[] auth = entry.bytes("auth");
        byte[] staticKey = entry.bytes("responder_static_public");
        PublicKey responder = PublicKey.of(staticKey, new byte[32]);
        entry.describedBy("error");
        if (!entry.flag("auth_ok")) {
            assertThatThrownBy(() -> KeyAgreement.initiate(x, responder, y, auth))
                    .as(entry.where())
                    .isInstanceOf(CryptoFailure.class);
            return;
        }
        byte[] shared = entry.bytes("shared_secret");
        isSame(initiate(x, responder, y, auth), SessionKeys.derive(shared), entry.where());
        byte[] computed = Arrays.copyOf(sharedKey(entry.bytes("initiator_ephemeral_secret"), y), 64);
        System.arraycopy(sharedKey(entry.bytes("initiator_ephemeral_secret"), staticKey), 0, computed, 32, 32);
        assertThat(computed).as(entry.where()).isEqualTo(shared);
        assertThat(entry.flag("same_as_responder"))
                .as(entry.where())
                .isEqualTo(!entry.text("name").contains("WRONG"));
    }

    private static void encrypt(SessionKeys keys, Entry entry) {
        LayerKey key = direction(keys, entry);
        long before = entry.number("counter_before");
        byte[] plaintext = entry.bytes("plaintext");
        SendCounter counter = SendCounter.after(before);
        entry.describedBy("error");
        if (entry.has("error")) {
            assertThatThrownBy(counter::next).as(entry.where()).isInstanceOf(IllegalStateException.class);
            return;
        }
        byte[] output = entry.bytes("output");
        long used = counter.next();
        assertThat(used).as(entry.where()).isEqualTo(entry.number("counter_after"));
        byte[] nonce = new byte[12];
        key.copySaltTo(nonce);
        System.arraycopy(output, 0, nonce, 4, 8);
        assertThat(nonce).as(entry.where()).isEqualTo(entry.bytes("nonce"));
        sealsAndOpens(key, used, plaintext, output, entry);
    }

    private static void encryptRun(Entry entry) {
        List<SessionKeys> read = new ArrayList<>();
        SendCounter[] counters = new SendCounter[2];
        entry.one("session_keys", keys -> {
            counters[0] = SendCounter.after(keys.number("salt_explicit_forward"));
            counters[1] = SendCounter.after(keys.number("salt_explicit_backward"));
            read.add(sessionKeys(keys));
        });
        entry.each("steps", step -> {
            LayerKey key = direction(read.get(0), step);
            long counter = counters[step.text("direction").equals("forward") ? 0 : 1].next();
            sealsAndOpens(key, counter, step.bytes("plaintext"), step.bytes("output"), step);
        });
    }

    private static void decrypt(SessionKeys keys, Entry entry) {
        LayerKey key = direction(keys, entry);
        byte[] layer = entry.bytes("data");
        boolean ok = entry.flag("ok");
        byte[] plaintext = ok ? entry.bytes("plaintext") : new byte[0];
        entry.describedBy("error");
        for (LayerCipherProvider provider : LayerCiphers.available()) {
            byte[] buffer = layer.clone();
            int length = provider.create().open(key, buffer, 0, buffer.length);
            assertThat(length).as("%s with %s", entry.where(), provider).isEqualTo(ok ? plaintext.length : -1);
            if (ok) {
                assertThat(Arrays.copyOfRange(buffer, 8, 8 + length))
                        .as(entry.where())
                        .isEqualTo(plaintext);
            }
        }
    }

    private static void rendezvousInfo(Entry entry) {
        List<SessionKeys> read = new ArrayList<>();
        long[] counter = new long[1];
        entry.one("session_keys", keys -> {
            counter[0] = SendCounter.after(keys.number("salt_explicit_forward")).next();
            read.add(sessionKeys(keys));
        });
        assertThat(counter[0]).as(entry.where()).isEqualTo(entry.number("counter_forward_after"));
        byte[] plain = entry.bytes("rp_info_bin_with_length_prefix");
        entry.one("rendezvous_info", info -> {
            byte[] content = rendezvousInfoBytes(info);
            assertThat(encoded(out -> {
                        out.writeShort(content.length);
                        out.write(content);
                    }))
                    .as(entry.where())
                    .isEqualTo(plain);
        });
        sealsAndOpens(read.get(0).forward(), counter[0], plain, entry.bytes("rp_info_enc"), entry);
    }

    private static byte[] rendezvousInfoBytes(Entry info) {
        return encoded(out -> {
            info.one("address", address -> {
                try {
                    byte[] host = InetAddress.getByName(address.text("host")).getAddress();
                    assertThat(address.text("type")).isEqualTo(host.length == 4 ? "ipv4" : "ipv6");
                    out.writeByte(host.length == 4 ? 1 : 3);
                    out.write(host);
                    out.writeShort((int) address.number("port"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            byte[] key = KeyVectors.publicKey(info.bytes("key")).toBytes();
            out.writeShort(key.length);
            out.write(key);
            out.write(info.bytes("cookie"));
        });
    }

    private static void sealsAndOpens(LayerKey key, long counter, byte[] plaintext, byte[] layer, Entry entry) {
        for (LayerCipherProvider provider : LayerCiphers.available()) {
            LayerCipher cipher = provider.create();
            byte[] buffer = new byte[plaintext.length + LayerCipher.OVERHEAD_BYTES];
            System.arraycopy(plaintext, 0, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
            cipher.seal(key, counter, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
            assertThat(buffer).as("%s with %s", entry.where(), provider).isEqualTo(layer);
            assertThat(cipher.open(key, buffer, 0, buffer.length))
                    .as("%s with %s", entry.where(), provider)
                    .isEqualTo(plaintext.length);
            assertThat(Arrays.copyOfRange(buffer, 8, 8 + plaintext.length))
                    .as("%s with %s", entry.where(), provider)
                    .isEqualTo(plaintext);
        }
    }

    private static LayerKey direction(SessionKeys keys, Entry entry) {
        return switch (entry.text("direction")) {
            case "forward" -> keys.forward();
            case "backward" -> keys.backward();
            default -> fail("%s has an unknown direction", entry.where());
        };
    }

    private static SessionKeys sessionKeys(Entry entry) {
        assertThat(entry.number("salt_explicit_forward")).as(entry.where()).isEqualTo(1);
        assertThat(entry.number("salt_explicit_backward")).as(entry.where()).isEqualTo(1);
        return SessionKeys.of(
                LayerKey.of(entry.bytes("key_forward"), entry.bytes("salt_forward")),
                LayerKey.of(entry.bytes("key_backward"), entry.bytes("salt_backward")));
    }

    private static void isSame(SessionKeys actual, SessionKeys expected, String where) {
        isSame(actual.forward(), expected.forward(), where);
        isSame(actual.backward(), expected.backward(), where);
    }

    private static void isSame(LayerKey actual, LayerKey expected, String where) {
        byte[] actualSalt = new byte[4];
        byte[] expectedSalt = new byte[4];
        actual.copySaltTo(actualSalt);
        expected.copySaltTo(expectedSalt);
        assertThat(actual.copyOfKey()).as(where).isEqualTo(expected.copyOfKey());
        assertThat(actualSalt).as(where).isEqualTo(expectedSalt);
    }

    private static byte[] agree(byte[] secret, byte[] publicKey) {
        byte[] shared = new byte[32];
        X25519.scalarMult(secret, 0, publicKey, 0, shared, 0);
        return shared;
    }

    private static byte[] sharedKey(byte[] secret, byte[] publicKey) {
        try {
            return EphemeralKey.of(secret).sharedKey(publicKey);
        } catch (CryptoFailure e) {
            return fail("a good point is refused", e);
        }
    }

    private static KeyAgreement.Response respond(IdentityKey responder, EphemeralKey y, byte[] x) {
        try {
            return KeyAgreement.respond(responder, y, x);
        } catch (CryptoFailure e) {
            return fail("a good create is refused", e);
        }
    }

    private static SessionKeys initiate(EphemeralKey x, PublicKey responder, byte[] y, byte[] auth) {
        try {
            return KeyAgreement.initiate(x, responder, y, auth);
        } catch (CryptoFailure e) {
            return fail("a good created is refused", e);
        }
    }

    private interface Encoding {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static byte[] encoded(Encoding encoding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            encoding.writeTo(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
