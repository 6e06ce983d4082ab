package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SessionKeys;

/** Checks the key agreements that a scenario tells of, both sides of each, and collects the keys they came to. */
final class AgreementCheck {
    private final Entry entry;
    private final Scenario scenario;
    private final Onion onion = new Onion();
    private final @Nullable IdentityKey swarmKey;
    private final List<LayerKey> swarmKeys = new ArrayList<>();

    AgreementCheck(Entry entry, Scenario scenario) {
        this.entry = entry;
        this.scenario = scenario;
        this.swarmKey =
                entry.has("seeder_swarm_key") ? entry.in("seeder_swarm_key").identity() : null;
    }

    void run() {
        for (Entry step : entry.list("steps")) {
            step.list("key_events").forEach(event -> event.put(this::keyEvent));
        }
    }

    /** All keys agreed on. */
    Onion onion() {
        return onion;
    }

    /** Whether somebody is a hidden service, with a key of its own. */
    boolean isHidden() {
        return swarmKey != null;
    }

    /** The forward and the backward key that were agreed on with a hidden service. */
    List<LayerKey> swarmKeys() {
        return swarmKeys;
    }

    private void keyEvent(Entry event) {
        scenario.node(event.text("node"));
        try {
            switch (event.text("event")) {
                case "initiator ephemeral key" ->
                    assertThat(EphemeralKey.of(event.bytes("secret")).publicKey())
                            .isEqualTo(event.bytes("public_X"));
                case "responder side" -> responder(event);
                case "initiator side" -> {
                    SessionKeys agreed = KeyAgreement.initiate(
                            EphemeralKey.of(event.bytes("secret")),
                            holderOf(event.bytes("responder_curve25519_public")),
                            event.bytes("received_Y"),
                            event.bytes("auth"));
                    checkSame(agreed, SessionKeys.derive(event.bytes("shared_secret")));
                }
                default -> throw new AssertionError("unknown event");
            }
        } catch (CryptoFailure e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private void responder(Entry event) throws CryptoFailure {
        PublicKey key = PublicKey.parse(event.bytes("static_public_key_bin"));
        boolean hidden = swarmKey != null && swarmKey.publicKey().equals(key);
        IdentityKey identity =
                hidden ? swarmKey : scenario.node(event.text("node")).identity();
        assertThat(identity.publicKey()).isEqualTo(key);
        assertThat(HexFormat.of().formatHex(identity.toBytes())).contains(event.text("static_curve25519_secret"));
        KeyAgreement.Response response = KeyAgreement.respond(
                identity, EphemeralKey.of(event.bytes("ephemeral_secret")), event.bytes("received_X"));
        assertThat(response.y()).isEqualTo(event.bytes("public_Y"));
        assertThat(response.auth()).isEqualTo(event.bytes("auth"));
        checkSame(response.keys(), SessionKeys.derive(event.bytes("shared_secret")));
        Entry keys = event.in("session_keys");
        checkSame(response.keys(), keys.sessionKeys());
        assertThat(keys.number("salt_explicit_forward")).isEqualTo(1);
        assertThat(keys.number("salt_explicit_backward")).isEqualTo(1);
        onion.add(response.keys());
        if (hidden) {
            swarmKeys.add(onion.key(response.keys().forward()));
            swarmKeys.add(onion.key(response.keys().backward()));
        }
    }

    private PublicKey holderOf(byte[] encryptionKey) {
        List<PublicKey> keys = new ArrayList<>();
        scenario.nodes().forEach(node -> keys.add(node.identity().publicKey()));
        if (swarmKey != null) {
            keys.add(swarmKey.publicKey());
        }
        return keys.stream()
                .filter(key -> Arrays.equals(key.encryptionKey(), encryptionKey))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody has this Curve25519 key"));
    }

    private static void checkSame(SessionKeys one, SessionKeys other) {
        Onion both = new Onion();
        both.add(one);
        assertThat(both.key(other.forward())).isSameAs(one.forward());
        assertThat(both.key(other.backward())).isSameAs(one.backward());
    }
}
