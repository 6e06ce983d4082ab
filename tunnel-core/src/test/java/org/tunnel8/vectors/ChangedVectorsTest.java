package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.virtual.Seed;

/**
 * That the replays look at what the vectors tell: in each kind of member of accepted entries a digit is changed, and the
 * run must fail. Always about the project's own copy, so that it does not carry the tag of the tests that can be pointed
 * at another.
 */
class ChangedVectorsTest {
    private static final Pattern HEX = Pattern.compile("(?:[0-9a-f]{2})++");
    private static final Pattern ENDPOINT = Pattern.compile("[0-9.]+:[0-9]+");

    /** Members on which nothing depends here. */
    private static final Pattern LOOSE = Pattern.compile(String.join(
            "|",
            // Hops, directions and counters that an entry has but does not use, and numbers with several good values.
            "rejects\\.(circuit_ids|session_keys_per_hop)\\[].*",
            "rejects\\.relay_early_count_before",
            "sequences\\.session_keys_per_hop\\[]\\.(key_backward|salt_backward|salt_explicit_.*)",
            "vectors\\.layered\\[]\\.circuit_relay_early_count_before",
            // What a message says, which tunnel-transport checks.
            "vectors\\.(?!layered|cell_message|could|is_allowed|data|encrypted).*",
            "vectors\\.layered\\[]\\.(forward|backward)\\.unwrapped.*"));

    /** Where a member is used by most entries only, some change of several has to be noticed. */
    private static final int ATTEMPTS = 4;

    private final SplittableRandom random = new SplittableRandom(Seed.take(ChangedVectorsTest.class));

    @ParameterizedTest
    @ValueSource(strings = {"exit.json", "cells.json", "scenario.json"})
    void everyKindOfMemberCounts(String name) {
        JsonObject content = JsonParser.parseString(VectorFile.ownText(name)).getAsJsonObject();
        Map<String, List<Place>> kinds = new LinkedHashMap<>();
        for (String list : content.keySet()) {
            if (content.get(list).isJsonArray()) {
                JsonArray entries = content.getAsJsonArray(list);
                for (int i = 0; i < entries.size() && isRunHere(list); i++) {
                    if (isAccepted(entries.get(i).getAsJsonObject())) {
                        collect(list, entries.get(i), new Position(list, i), kinds);
                    }
                }
            }
        }
        TreeSet<String> unnoticed = new TreeSet<>();
        for (Map.Entry<String, List<Place>> kind : kinds.entrySet()) {
            if (!isNoticed(name, content, kind.getValue())) {
                unnoticed.add(kind.getKey());
            }
        }
        assertThat(kinds).isNotEmpty();
        assertThat(unnoticed).as("members of which no check notices a change").isEmpty();
        System.out.println(name + ": a changed digit noticed in each of " + kinds.size() + " kinds of member");
    }

    @Test
    void aListThatNothingRunsFails() {
        JsonObject content =
                JsonParser.parseString(VectorFile.ownText("exit.json")).getAsJsonObject();
        content.add("more", new JsonArray());

        assertThat(catchThrowable(() -> run("exit.json", content)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("more");
    }

    @Test
    void aMemberThatNothingLooksAtFails() {
        JsonObject content =
                JsonParser.parseString(VectorFile.ownText("exit.json")).getAsJsonObject();
        content.getAsJsonArray("vectors").get(0).getAsJsonObject().addProperty("more", "00");

        assertThat(catchThrowable(() -> run("exit.json", content)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("more");
    }

    private boolean isNoticed(String name, JsonObject content, List<Place> places) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Place place = places.get(random.nextInt(places.size()));
            place.write.accept(changed(place.value));
            Throwable failure = catchThrowable(() -> run(name, reduced(content, place.position)));
            place.write.accept(place.value);
            if (failure != null) {
                return true;
            }
        }
        return false;
    }

    private static void run(String name, JsonObject content) {
        VectorFile file = VectorFile.of(name, content);
        switch (name) {
            case "exit.json" -> ExitVectors.run(file);
            case "cells.json" -> CellVectors.run(file);
            case "scenario.json" -> ScenarioVectors.run(file);
            default -> throw new AssertionError(name);
        }
    }

    /** The file with one entry of each list only, so that a run takes little time. */
    private static JsonObject reduced(JsonObject content, Position kept) {
        JsonObject reduced = new JsonObject();
        for (String member : content.keySet()) {
            JsonElement value = content.get(member);
            if (value.isJsonArray()) {
                JsonArray one = new JsonArray();
                one.add(value.getAsJsonArray().get(member.equals(kept.list) ? kept.index : 0));
                value = one;
            }
            reduced.add(member, value);
        }
        return reduced;
    }

    private record Position(String list, int index) {}

    private record Place(Position position, JsonPrimitive value, Consumer<JsonElement> write) {}

    private static boolean isRunHere(String list) {
        return List.of("vectors", "sequences", "rejects", "scenarios").contains(list);
    }

    private static boolean isAccepted(JsonObject entry) {
        return !entry.has("outcome") || !entry.get("outcome").getAsString().equals("dropped");
    }

    private static void collect(String kind, JsonElement value, Position position, Map<String, List<Place>> kinds) {
        if (value.isJsonObject()) {
            JsonObject object = value.getAsJsonObject();
            for (String member : object.keySet()) {
                collectMember(
                        kind + "." + member,
                        object.get(member),
                        position,
                        changed -> object.add(member, changed),
                        kinds);
            }
        } else {
            JsonArray array = value.getAsJsonArray();
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                collectMember(kind + "[]", array.get(i), position, changed -> array.set(index, changed), kinds);
            }
        }
    }

    private static void collectMember(
            String kind,
            JsonElement value,
            Position position,
            Consumer<JsonElement> write,
            Map<String, List<Place>> kinds) {
        if (value.isJsonNull() || LOOSE.matcher(kind).matches()) {
            return;
        }
        if (!value.isJsonPrimitive()) {
            collect(kind, value, position, kinds);
        } else if (isChangeable(value.getAsJsonPrimitive())) {
            kinds.computeIfAbsent(kind, unknown -> new ArrayList<>())
                    .add(new Place(position, value.getAsJsonPrimitive(), write));
        }
    }

    private static boolean isChangeable(JsonPrimitive value) {
        return value.isBoolean()
                || value.isNumber()
                || HEX.matcher(value.getAsString()).matches()
                || ENDPOINT.matcher(value.getAsString()).matches();
    }

    /** Changes a digit, but none at the ends, where Curve25519 ignores bits of secrets and points. */
    private JsonPrimitive changed(JsonPrimitive value) {
        if (value.isBoolean()) {
            return new JsonPrimitive(!value.getAsBoolean());
        }
        if (value.isNumber()) {
            return new JsonPrimitive(value.getAsLong() ^ 1);
        }
        String text = value.getAsString();
        if (ENDPOINT.matcher(text).matches()) {
            int last = Character.digit(text.charAt(text.length() - 1), 10) ^ 1;
            return new JsonPrimitive(text.substring(0, text.length() - 1) + last);
        }
        int spared = text.length() > 4 ? 2 : 0;
        int at = spared + random.nextInt(text.length() - 2 * spared);
        int digit = Character.digit(text.charAt(at), 16) ^ (1 + random.nextInt(15));
        return new JsonPrimitive(text.substring(0, at) + Character.forDigit(digit, 16) + text.substring(at + 1));
    }
}
