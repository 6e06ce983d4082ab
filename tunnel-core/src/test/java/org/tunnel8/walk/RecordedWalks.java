package org.tunnel8.walk;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The file {@code walker.json} of the golden vectors, or of the folder that {@code tunnel8.vectors} names. */
final class RecordedWalks {
    private RecordedWalks() {}

    static List<JsonObject> list(String name) throws IOException {
        List<JsonObject> entries = new ArrayList<>();
        for (JsonElement entry :
                JsonParser.parseString(text()).getAsJsonObject().getAsJsonArray(name)) {
            entries.add(entry.getAsJsonObject());
        }
        return entries;
    }

    static JsonObject named(String list, String name) throws IOException {
        return list(list).stream()
                .filter(entry -> entry.get("name").getAsString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no entry " + name + " in " + list));
    }

    static byte[] packet(JsonObject entry) {
        return HexFormat.of().parseHex(entry.get("packet").getAsString());
    }

    private static String text() throws IOException {
        String folder = System.getProperty("tunnel8.vectors");
        if (folder != null) {
            Path root = Path.of(System.getProperty("tunnel8.root", ""));
            return Files.readString(root.resolve(folder).resolve("walker.json"));
        }
        try (InputStream in = RecordedWalks.class.getResourceAsStream("/vectors/walker.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
