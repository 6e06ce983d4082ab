package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * That the vectors pin what they are meant to: one changed digit, whatever it is part of, and the run fails. Left out
 * are entries that are refused anyway, and what the network's own nodes do not look at. Always about the project's own
 * copy, so that it does not carry the tag of the tests that can be pointed at another.
 */
class ChangedVectorsTest {
    /** Members that say whether an entry is good. */
    private static final List<String> VERDICTS = List.of("ok", "accepted", "valid", "auth_ok");

    /** Parsed by what their own kind of node drops or invents, or checked by another module. */
    private static final Set<String> LOOSE =
            Set.of("public_key_parsing", "private_key_parsing", "signature_checks", "messages");

    /** Keys of a direction in which the entry has no layer. */
    private static final Set<String> UNUSED =
            Set.of("rendezvous_info[].session_keys.key_backward", "rendezvous_info[].session_keys.salt_backward");

    @TempDir
    private Path folder;

    private static final long SEED = seed();

    private final Random random = new Random(SEED);

    private static long seed() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("ChangedVectorsTest: -Dtunnel8.seed=" + seed);
        return seed;
    }

    @Test
    void aChangedDigitInTheKeysFails() throws IOException {
        everyKindOfMemberCounts("keys.json", KeyVectors::run);
    }

    @Test
    void aChangedDigitInTheOnionFails() throws IOException {
        everyKindOfMemberCounts("onion.json", OnionVectors::run);
    }

    @Test
    void aListThatNothingRunsFails() throws IOException {
        JsonObject content =
                JsonParser.parseString(VectorFile.ownText("keys.json")).getAsJsonObject();
        content.add("more", new JsonArray());
        Files.writeString(folder.resolve("keys.json"), content.toString());

        assertThat(catchThrowable(() -> KeyVectors.run(VectorFile.open(folder, "keys.json"))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("more");
    }

    @Test
    void aMemberThatNothingLooksAtFails() throws IOException {
        JsonObject content =
                JsonParser.parseString(VectorFile.ownText("keys.json")).getAsJsonObject();
        content.getAsJsonArray("keys").get(0).getAsJsonObject().addProperty("more", "00");
        Files.writeString(folder.resolve("keys.json"), content.toString());

        assertThat(catchThrowable(() -> KeyVectors.run(VectorFile.open(folder, "keys.json"))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("more");
    }

    private void everyKindOfMemberCounts(String name, Consumer<VectorFile> run) throws IOException {
        JsonObject content = JsonParser.parseString(VectorFile.ownText(name)).getAsJsonObject();
        Map<String, List<Place>> places = new LinkedHashMap<>();
        for (String list : content.keySet()) {
            if (!LOOSE.contains(list)) {
                collect(list, content.get(list), value -> content.add(list, value), places);
            }
        }
        assertThat(places).isNotEmpty();
        for (Map.Entry<String, List<Place>> kind : places.entrySet()) {
            Place place = kind.getValue().get(random.nextInt(kind.getValue().size()));
            place.write.accept(new JsonPrimitive(changed(place.value)));
            Files.writeString(folder.resolve(name), content.toString());
            assertThat(catchThrowable(() -> run.accept(VectorFile.open(folder, name))))
                    .as("a changed digit in %s", kind.getKey())
                    .isInstanceOf(AssertionError.class);
            place.write.accept(new JsonPrimitive(place.value));
        }
        Files.writeString(folder.resolve(name), content.toString());
        run.accept(VectorFile.open(folder, name));
        System.out.println(name + ": a changed digit noticed in each of " + places.size() + " kinds of member");
    }

    private record Place(String value, Consumer<JsonElement> write) {}

    private static void collect(
            String kind, JsonElement element, Consumer<JsonElement> write, Map<String, List<Place>> places) {
        if (element.isJsonArray()) {
            JsonArray array = element.getAsJsonArray();
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                collect(kind + "[]", array.get(i), value -> array.set(index, value), places);
            }
        } else if (element.isJsonObject()) {
            JsonObject object = element.getAsJsonObject();
            for (String member : isGood(object) ? List.copyOf(object.keySet()) : List.<String>of()) {
                collect(kind + "." + member, object.get(member), value -> object.add(member, value), places);
            }
        } else if (element.getAsJsonPrimitive().isString()
                && element.getAsString().matches("([0-9a-f]{2})+")
                && !UNUSED.contains(kind)) {
            places.computeIfAbsent(kind, unknown -> new ArrayList<>()).add(new Place(element.getAsString(), write));
        }
    }

    private static boolean isGood(JsonObject entry) {
        return !entry.has("error")
                && VERDICTS.stream()
                        .allMatch(verdict ->
                                !entry.has(verdict) || entry.get(verdict).getAsBoolean());
    }

    /** Changes a digit, but none at the ends, where Curve25519 ignores bits of secrets and points. */
    private String changed(String hex) {
        int spared = hex.length() > 4 ? 2 : 0;
        int at = spared + random.nextInt(hex.length() - 2 * spared);
        int digit = Character.digit(hex.charAt(at), 16) ^ (1 + random.nextInt(15));
        return hex.substring(0, at) + Character.forDigit(digit, 16) + hex.substring(at + 1);
    }
}
