package org.tunnel8.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.wire.cell.CellVectors;
import org.tunnel8.wire.cell.OnionMessageVectors;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.walk.DhtPingVectors;
import org.tunnel8.wire.walk.WalkerVectors;

/**
 * That the checks look at what the vectors tell: in each kind of member of accepted entries a digit is changed, and the entry must fail.
 * It does not carry the tag of the tests that can be pointed at another folder: those check that folder and no more.
 */
class ChangedVectorsTest {
    private static final long SEED = Long.getLong("tunnel8.seed", System.nanoTime());
    private static final Pattern HEX = Pattern.compile("(?:[0-9a-f]{2})++");

    /** Members on which nothing depends here. */
    private static final Pattern LOOSE = Pattern.compile(String.join(
            "|",
            // How an entry came about.
            "other_key_vectors\\.(key_private_der|recorded_once)",
            "vectors\\.introduced_peer\\.public_key_bin",
            // Who was asked for the introduction, and when, is not told.
            "vectors\\.side_effect_datagrams\\[]\\.(delivered|packet)",
            // Hops, directions and counters that an entry has but does not use, and numbers with several good values.
            "rejects\\.(circuit_ids|session_keys_per_hop)\\[].*",
            "rejects\\.(max_relay_early|relay_early_count_before)",
            "sequences\\.session_keys_per_hop\\[]\\.(key_backward|salt_backward|salt_explicit_.*)",
            "vectors\\.layered\\[]\\.circuit_relay_early_count_before",
            "truncated_payloads\\.prefix_lengths_that_(parse|fail)\\[]",
            "rendezvous_info\\.session_keys\\..*_backward",
            // Cryptography, which tunnel-crypto checks.
            "handshakes\\.session_keys\\..*(_backward|_explicit_forward)",
            "handshakes\\.(?!candidates|session_keys).*"));

    /** Where a member is used by most entries only, some change of several has to be noticed. */
    private static final int ATTEMPTS = 8;

    /** Higher ids of the hash table are not ours to check. */
    private static final int LAST_PING_ID = 2;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @ParameterizedTest
    @ValueSource(strings = {"addresses.json", "walker.json", "cells.json", "onion.json", "dht.json"})
    void everyKindOfMemberCounts(String name) {
        System.out.println("changed vectors: -Dtunnel8.seed=" + SEED);
        VectorFile file = checks(name);
        Map<String, List<Place>> kinds = new LinkedHashMap<>();
        for (String list : file.lists()) {
            JsonArray entries = file.root().getAsJsonArray(list);
            for (int i = 0; i < entries.size(); i++) {
                JsonObject entry = entries.get(i).getAsJsonObject();
                if (isAccepted(entry)) {
                    collect(list, entry, new Entry(list, i), kinds);
                }
            }
        }
        TreeSet<String> unnoticed = new TreeSet<>();
        for (Map.Entry<String, List<Place>> kind : kinds.entrySet()) {
            if (!isNoticed(file, kind.getValue())) {
                unnoticed.add(kind.getKey());
            }
        }
        assertThat(unnoticed).as("members of which no check notices a change").isEmpty();
        System.out.println(name + ": a changed digit noticed in each of " + kinds.size() + " kinds of member");
    }

    private boolean isNoticed(VectorFile file, List<Place> places) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Place place = places.get(random.nextInt(places.size()));
            place.write().accept(changed(place.value()));
            Throwable failure = catchThrowable(
                    () -> file.run(place.entry().list(), place.entry().index()));
            place.write().accept(place.value());
            if (failure != null) {
                return true;
            }
        }
        return false;
    }

    private static VectorFile checks(String name) {
        UnaryOperator<VectorFile> checks = switch (name) {
            case "addresses.json" -> AddressVectors::checks;
            case "walker.json" -> WalkerVectors::checks;
            case "cells.json" -> CellVectors::checks;
            case "onion.json" -> OnionMessageVectors::checks;
            case "dht.json" -> DhtPingVectors::checks;
            default -> throw new AssertionError(name);
        };
        return checks.apply(VectorFile.read(name));
    }

    private record Entry(String list, int index) {}

    private record Place(Entry entry, JsonPrimitive value, Consumer<JsonElement> write) {}

    private static boolean isAccepted(JsonObject entry) {
        boolean ok = !entry.has("ok") || entry.get("ok").getAsBoolean();
        boolean result =
                !entry.has("result") || entry.get("result").getAsString().equals("accepted");
        boolean outcome =
                !entry.has("outcome") || !entry.get("outcome").getAsString().equals("dropped");
        boolean known = !entry.has("global_time_present") || entry.get("msg_id").getAsInt() <= LAST_PING_ID;
        return ok && result && outcome && known;
    }

    private static void collect(String kind, JsonElement value, Entry entry, Map<String, List<Place>> kinds) {
        if (value.isJsonObject()) {
            JsonObject object = value.getAsJsonObject();
            for (String member : object.keySet()) {
                JsonElement old = object.get(member);
                collectMember(kind + "." + member, old, entry, changed -> object.add(member, changed), kinds);
            }
        } else if (value.isJsonArray()) {
            JsonArray array = value.getAsJsonArray();
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                collectMember(kind + "[]", array.get(i), entry, changed -> array.set(index, changed), kinds);
            }
        }
    }

    private static void collectMember(
            String kind, JsonElement value, Entry entry, Consumer<JsonElement> write, Map<String, List<Place>> kinds) {
        if (!value.isJsonPrimitive()) {
            collect(kind, value, entry, kinds);
        } else if (!LOOSE.matcher(kind).matches() && isChangeable(value.getAsJsonPrimitive())) {
            kinds.computeIfAbsent(kind, unknown -> new ArrayList<>())
                    .add(new Place(entry, value.getAsJsonPrimitive(), write));
        }
    }

    private static boolean isChangeable(JsonPrimitive value) {
        return value.isBoolean()
                || value.isNumber()
                || HEX.matcher(value.getAsString()).matches();
    }

    private JsonPrimitive changed(JsonPrimitive value) {
        if (value.isBoolean()) {
            return new JsonPrimitive(!value.getAsBoolean());
        }
        if (value.isNumber()) {
            return new JsonPrimitive(value.getAsLong() ^ 1);
        }
        String hex = value.getAsString();
        int at = random.nextInt(hex.length());
        int digit = Character.digit(hex.charAt(at), 16) ^ (1 + random.nextInt(15));
        return new JsonPrimitive(hex.substring(0, at) + Character.forDigit(digit, 16) + hex.substring(at + 1));
    }
}
