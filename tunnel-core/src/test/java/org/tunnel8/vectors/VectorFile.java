package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A file of golden vectors. Whatever is in it has to be asked for: a list that nothing runs fails {@link #finish()}, and
 * so does a member of an entry that no check looks at.
 */
final class VectorFile {
    private final String name;
    private final Entry root;
    private final Map<String, Integer> run = new LinkedHashMap<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> different = new ArrayList<>();

    private VectorFile(String name, JsonObject content) {
        this.name = name;
        this.root = new Entry(name, content);
        root.describedBy("about", "set", "source");
    }

    /** The file of the folder that the property {@code tunnel8.vectors} names, else the project's own. */
    static VectorFile open(String name) {
        return of(name, JsonParser.parseString(text(name)).getAsJsonObject());
    }

    /** A file of this content. */
    static VectorFile of(String name, JsonObject content) {
        return new VectorFile(name, content);
    }

    private static String text(String name) {
        String folder = System.getProperty("tunnel8.vectors", "");
        if (folder.isEmpty()) {
            return ownText(name);
        }
        try {
            Path project = Path.of(System.getProperty("tunnel8.root", ""));
            return Files.readString(project.resolve(folder).resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the project's own file. */
    static String ownText(String name) {
        try (InputStream in = VectorFile.class.getResourceAsStream("/vectors/" + name)) {
            assertThat(in).as("vectors/%s among the test resources", name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands beside the lists. */
    Entry root() {
        return root;
    }

    /** Checks every entry of a list. */
    void each(String list, Consumer<Entry> check) {
        List<Entry> entries = root.list(list);
        assertThat(entries).as("%s of %s", list, name).isNotEmpty();
        entries.forEach(entry -> entry.put(check));
        counted(list, entries.size());
    }

    /** Notes how many entries were run, under a name of their own. */
    void counted(String what, int entries) {
        run.merge(what, entries, Integer::sum);
    }

    /** Says that entries are not run here, and why. */
    void leftOut(String what, int entries, String why) {
        leftOut.put(what, entries + " " + what + " (" + why + ")");
    }

    /** Says that a list is run by another module's tests. */
    void elsewhere(String list, String module) {
        leftOut(list, root.list(list).size(), module);
        root.passOver(list);
    }

    /** Notes that an entry ends otherwise here, on purpose. */
    void differs(String entry) {
        different.add(entry);
    }

    /** The entries that end otherwise here, on purpose. */
    List<String> different() {
        return different;
    }

    /** Notes something to be printed with the counts. */
    void note(String line) {
        notes.add(name + ": " + line);
    }

    /** Fails if something was not run; gives how many entries were. */
    int finish() {
        root.finish();
        return entries();
    }

    /** Prints what was run. */
    void print() {
        notes.forEach(System.out::println);
        if (!different.isEmpty()) {
            System.out.println(name + ": ends otherwise here, as docs/vectors.md says: " + different);
        }
        System.out.println(name + ": " + entries() + " entries run " + run
                + (leftOut.isEmpty() ? "" : ", not run here: " + leftOut.values()));
    }

    private int entries() {
        return run.values().stream().mapToInt(Integer::intValue).sum();
    }
}
