package org.tunnel8.wire.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * One file of the protocol vectors and the checks for its lists of entries.
 *
 * <p>The files come from the repository, or from the folder that the system property {@code tunnel8.vectors} names. A list without a
 * check fails, so does an empty one, and the number of entries run is printed.
 */
public final class VectorFile {
    private static final String FOLDER_PROPERTY = "tunnel8.vectors";
    private static final String ROOT_PROPERTY = "tunnel8.root";

    private final String name;
    private final JsonObject root;
    private final Map<String, EntryCheck> checks = new LinkedHashMap<>();
    private final Set<String> elsewhere = new TreeSet<>();

    private VectorFile(String name, JsonObject root) {
        this.name = name;
        this.root = root;
    }

    /** What an entry is put through; whatever it throws fails the entry. */
    @FunctionalInterface
    public interface EntryCheck {
        /** Checks one entry. */
        void run(JsonObject entry) throws Exception;
    }

    /** The file of this name. */
    public static VectorFile read(String name) {
        return new VectorFile(name, JsonParser.parseString(text(name)).getAsJsonObject());
    }

    private static String text(String name) {
        String folder = System.getProperty(FOLDER_PROPERTY, "");
        try {
            if (!folder.isEmpty()) {
                Path base = Path.of(System.getProperty(ROOT_PROPERTY, ""));
                return Files.readString(base.resolve(folder).resolve(name));
            }
            try (InputStream in = VectorFile.class.getResourceAsStream("/vectors/" + name)) {
                assertThat(in).as("vectors/%s among the test resources", name).isNotNull();
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of this content. */
    public static VectorFile of(String name, JsonObject root) {
        return new VectorFile(name, root);
    }

    /** The whole file. */
    public JsonObject root() {
        return root;
    }

    /** Puts every entry of a list through a check. */
    public VectorFile check(String list, EntryCheck check) {
        checks.put(list, check);
        return this;
    }

    /** Names lists that another class checks. */
    public VectorFile elsewhere(String... lists) {
        elsewhere.addAll(Set.of(lists));
        return this;
    }

    /** One test per list, and one that no list is without. */
    public Stream<DynamicTest> tests() {
        AtomicInteger total = new AtomicInteger();
        Stream<DynamicTest> all = Stream.of(DynamicTest.dynamicTest(name + ": no list is left out", this::checkLists));
        Stream<DynamicTest> each = checks.entrySet().stream()
                .map(list -> DynamicTest.dynamicTest(
                        name + ": " + list.getKey(), () -> total.addAndGet(run(list.getKey(), list.getValue()))));
        Stream<DynamicTest> last = Stream.of(DynamicTest.dynamicTest(name + ": total", () -> {
            System.out.println(name + ": " + total.get() + " entries run");
            assertThat(total.get()).isPositive();
        }));
        return Stream.of(all, each, last).flatMap(tests -> tests);
    }

    private void checkLists() {
        Set<String> expected = new TreeSet<>(elsewhere);
        expected.addAll(checks.keySet());
        Set<String> present = new TreeSet<>();
        for (Map.Entry<String, JsonElement> field : root.entrySet()) {
            if (field.getValue().isJsonArray()) {
                present.add(field.getKey());
            }
        }
        assertThat(expected).as("lists with a check").containsAll(present);
    }

    private int run(String list, EntryCheck check) {
        JsonElement entries = root.get(list);
        assertThat(entries).as("list %s of %s", list, name).isNotNull();
        int index = 0;
        for (JsonElement entry : entries.getAsJsonArray()) {
            runEntry(list, index++, entry.getAsJsonObject(), check);
        }
        assertThat(index).as("entries of %s", list).isPositive();
        System.out.println(name + ", " + list + ": " + index + " entries run");
        return index;
    }

    /** Puts one entry through its list's check. */
    public void run(String list, int index) {
        JsonObject entry = root.getAsJsonArray(list).get(index).getAsJsonObject();
        EntryCheck check = checks.get(list);
        assertThat(check).as("check of %s", list).isNotNull();
        runEntry(list, index, entry, check);
    }

    /** The lists that have a check. */
    public Set<String> lists() {
        return checks.keySet();
    }

    private void runEntry(String list, int index, JsonObject entry, EntryCheck check) {
        try {
            check.run(entry);
        } catch (Exception | AssertionError e) {
            JsonElement title = entry.get("name");
            throw new AssertionError(
                    name + ", " + list + "[" + index + "] " + (title == null ? "" : title) + ": " + e.getMessage(), e);
        }
    }
}
