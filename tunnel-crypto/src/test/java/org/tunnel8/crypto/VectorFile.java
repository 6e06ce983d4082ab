package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A file of golden vectors. Whatever is in it has to be asked for: a list that nothing runs fails {@link #finish()}, and
 * so does a member of an entry that no check looks at.
 */
final class VectorFile {
    private static final Set<String> DESCRIPTION = Set.of("about", "set", "source");

    private final String name;
    private final JsonObject content;
    private final Map<String, Integer> run = new LinkedHashMap<>();
    private final Map<String, String> elsewhere = new LinkedHashMap<>();

    private VectorFile(String name, String text) {
        this.name = name;
        this.content = JsonParser.parseString(text).getAsJsonObject();
    }

    /** The file of the folder that the property {@code tunnel8.vectors} names, else the project's own. */
    static VectorFile open(String name) {
        return new VectorFile(name, text(name));
    }

    /** The file of a folder. */
    static VectorFile open(Path folder, String name) {
        try {
            return new VectorFile(name, Files.readString(folder.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String name) {
        String folder = System.getProperty("tunnel8.vectors", "");
        if (folder.isEmpty()) {
            return ownText(name);
        }
        try {
            Path root = Path.of(System.getProperty("tunnel8.root", ""));
            return Files.readString(root.resolve(folder).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The project's own copy of a file. */
    static String ownText(String name) {
        try (InputStream in = VectorFile.class.getResourceAsStream("/vectors/" + name)) {
            assertThat(in).as("vectors/%s among the test resources", name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks every entry of a list. */
    void each(String list, Consumer<Entry> check) {
        int number = 0;
        for (JsonElement element : content.getAsJsonArray(list)) {
            check(list + "[" + number + "]", element, check);
            number++;
        }
        run.put(list, number);
    }

    /** Checks an entry that stands alone. */
    void one(String entry, Consumer<Entry> check) {
        check(entry, content.get(entry), check);
        run.put(entry, 1);
    }

    /** Says that a list is run by another module's tests. */
    void elsewhere(String list, String module) {
        elsewhere.put(list, content.getAsJsonArray(list).size() + " of " + list + " in " + module);
    }

    private void check(String where, JsonElement element, Consumer<Entry> check) {
        Entry entry = new Entry(name + " " + where, element.getAsJsonObject());
        try {
            check.accept(entry);
        } catch (RuntimeException e) {
            throw new AssertionError(entry.where + ": " + e, e);
        }
        entry.finish();
    }

    /** Prints what was run, and fails if something was not. */
    int finish() {
        Set<String> left = new LinkedHashSet<>(content.keySet());
        left.removeAll(DESCRIPTION);
        left.removeAll(run.keySet());
        left.removeAll(elsewhere.keySet());
        assertThat(left).as("lists of %s that nothing runs", name).isEmpty();
        int entries = run.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(name + ": " + entries + " entries run " + run
                + (elsewhere.isEmpty() ? "" : ", left to others: " + elsewhere.values()));
        return entries;
    }

    /** An entry, or an object within one, that knows which of its members were looked at. */
    static final class Entry {
        private final String where;
        private final JsonObject object;
        private final Set<String> unread;

        private Entry(String where, JsonObject object) {
            this.where = where;
            this.object = object;
            this.unread = new LinkedHashSet<>(object.keySet());
        }

        private JsonElement read(String member) {
            JsonElement value = object.get(member);
            if (value == null) {
                return fail("%s has no member %s", where, member);
            }
            unread.remove(member);
            return value;
        }

        boolean has(String member) {
            return object.has(member);
        }

        String where() {
            return where + (has("name") ? " (" + text("name") + ")" : "");
        }

        /** Passes over members that only describe. */
        void describedBy(String... members) {
            for (String member : members) {
                unread.remove(member);
            }
        }

        byte[] bytes(String member) {
            return HexFormat.of().parseHex(text(member));
        }

        String text(String member) {
            return read(member).getAsString();
        }

        long number(String member) {
            return read(member).getAsBigInteger().longValueExact();
        }

        boolean flag(String member) {
            return switch (read(member).getAsString()) {
                case "true" -> true;
                case "false" -> false;
                default -> fail("%s: %s is neither true nor false", where, member);
            };
        }

        /** Checks an object within the entry. */
        void one(String member, Consumer<Entry> check) {
            Entry inner = new Entry(where + "." + member, read(member).getAsJsonObject());
            check.accept(inner);
            inner.finish();
        }

        /** Checks every object of a list within the entry. */
        void each(String member, Consumer<Entry> check) {
            int number = 0;
            for (JsonElement element : read(member).getAsJsonArray()) {
                Entry inner = new Entry(where + "." + member + "[" + number++ + "]", element.getAsJsonObject());
                check.accept(inner);
                inner.finish();
            }
        }

        /** Hands over every byte string of a list within the entry. */
        void eachBytes(String member, Consumer<byte[]> check) {
            for (JsonElement element : read(member).getAsJsonArray()) {
                check.accept(HexFormat.of().parseHex(element.getAsString()));
            }
        }

        private void finish() {
            assertThat(unread)
                    .as("members of %s that no check looks at", where())
                    .isEmpty();
        }
    }
}
