package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same questions (questions.py), asked by py-ipv8's client, to py-ipv8's relay and exit and to ours in their place.
 *
 * <p>The answers are the same except for the differences listed here and, with their reasons, in docs/interop.md.
 */
@RequiresIpv8
class QuestionsTest {
    private static final String CLIENT = "client";

    private record Difference(Object theirs, Object ours) {}

    /** By question and answer. */
    private static final Map<String, Difference> DIFFERENCES = Map.of(
            "full: joined", new Difference(100, 50), // all come from one address
            "nonces: counter of the candidate list", new Difference(2, 1), // D10
            "nonces: echoes of two replays", new Difference(2, 0),
            "destroys: the owner's ends it at once", new Difference(false, true),
            "late_created: carries after a late created", new Difference(false, true)); // D5

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown_client",
                "offers",
                "burst",
                "payloads",
                "extend_without_flag",
                "relay_early",
                "full",
                "destroys",
                "nonces",
                "twice",
                "late_created",
                "silence",
                "late_extend"
            })
    void ourNodesAnswerAsTheirsDo(String question) {
        CompletableFuture<Map<String, JsonElement>> theirs = CompletableFuture.supplyAsync(
                () -> answers(MixedNetwork.builder().theirs(3, 1), question), task -> new Thread(task).start());
        Map<String, JsonElement> ours =
                answers(MixedNetwork.builder().theirs(2, 0).ours(1, 1), question);
        Map<String, JsonElement> expected = new LinkedHashMap<>();
        theirs.join().forEach((answer, value) -> {
            Difference difference = DIFFERENCES.get(question + ": " + answer);
            if (difference != null) {
                assertThat(value).as("py-ipv8's " + answer).isEqualTo(json(difference.theirs));
            }
            expected.put(answer, difference == null ? value : json(difference.ours));
        });
        Figures.print("%s: py-ipv8 %s, ours %s", question, theirs.join(), ours);
        assertThat(ours).isEqualTo(expected);
    }

    private static JsonPrimitive json(Object value) {
        return value instanceof Boolean truth ? new JsonPrimitive(truth) : new JsonPrimitive((Number) value);
    }

    /** Asks the last relay and the exit of a fresh network. */
    private static Map<String, JsonElement> answers(MixedNetwork.Builder builder, String question) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = builder.start()) {
            boolean silent = question.equals("unknown_client");
            PythonHost client = silent ? network.startSilentClient(CLIENT) : network.startTheirClient(CLIENT);
            JsonObject answers = client.callForObject(
                    "ask",
                    "name",
                    CLIENT,
                    "question",
                    question,
                    "relay",
                    network.relays().get(2).description(),
                    "last",
                    network.exits().get(0).description(),
                    "port",
                    outside.port());
            return new LinkedHashMap<>(answers.asMap());
        }
    }
}
