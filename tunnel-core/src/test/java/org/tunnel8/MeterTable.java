package org.tunnel8;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Meters as {@code docs/metrics.md} lists them, and as a registry has them: each name with type, unit, tags and values. */
final class MeterTable {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(tunnel8\\.[a-z0-9.]+)` \\| ([^|]+) \\| ([^|]*) \\| ([^|]*) \\|");
    private static final Pattern TAG = Pattern.compile("`([a-z0-9.]+)`: ([^;]+)");
    private static final Pattern LINK = Pattern.compile("\\[[^]]+]\\(#([a-z-]+)\\)");
    private static final Pattern TABLE = Pattern.compile("(?m)^\\| ([^|]+) \\| [^|]+ \\| [0-9,]+ \\| [^|]+ \\|");
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

    private MeterTable() {}

    /** What the document says: a line for each meter's name, by name. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> meters = new TreeMap<>();
        Matcher row = ROW.matcher(text());
        while (row.find()) {
            Map<String, Set<String>> tags = new TreeMap<>();
            Matcher tag = TAG.matcher(row.group(4));
            while (tag.find()) {
                tags.put(tag.group(1), values(tag.group(2).strip()));
            }
            meters.put(row.group(1), line(row.group(2).strip(), row.group(3).strip(), tags));
        }
        return meters;
    }

    private static Set<String> values(String told) throws IOException {
        if (told.contains("limits.md")) {
            return tables();
        }
        Matcher link = LINK.matcher(told);
        if (!link.find()) {
            return expanded(told);
        }
        Set<String> values = new TreeSet<>();
        Matcher cell = FIRST_CELL.matcher(section(link.group(1)));
        while (cell.find()) {
            values.add(cell.group(1));
        }
        return values;
    }

    /** The tables of {@code docs/limits.md}, in lower case with hyphens for blanks. */
    private static Set<String> tables() throws IOException {
        String limits = text("limits.md");
        int start = limits.indexOf("## Tables of the engine");
        Matcher row = TABLE.matcher(limits.substring(start, limits.indexOf("\n## ", start + 1)));
        Set<String> tables = new TreeSet<>();
        while (row.find()) {
            tables.add(row.group(1).toLowerCase(Locale.ROOT).replace("'", "").replace(' ', '-'));
        }
        return tables;
    }

    /** A list of values, in which "1 to 3" stands for three. */
    private static Set<String> expanded(String told) {
        Set<String> values = new TreeSet<>();
        for (String value : told.split(", ", -1)) {
            String[] range = value.split(" to ", -1);
            if (range.length == 2) {
                for (int i = Integer.parseInt(range[0]); i <= Integer.parseInt(range[1]); i++) {
                    values.add(Integer.toString(i));
                }
            } else {
                values.add(value);
            }
        }
        return values;
    }

    private static String section(String anchor) throws IOException {
        for (String section : text().split("(?m)^#+ ", -1)) {
            String heading = section.lines().findFirst().orElse("");
            if (heading.toLowerCase(Locale.ROOT)
                    .replace("'", "")
                    .replace(' ', '-')
                    .equals(anchor)) {
                return section;
            }
        }
        throw new IllegalStateException("no section " + anchor);
    }

    /** A number of meters that the document tells. */
    static int number(String of) throws IOException {
        Matcher told = Pattern.compile("(?i)" + Pattern.quote(of) + " has some ([0-9,]+)")
                .matcher(text().replace('\n', ' '));
        if (!told.find()) {
            throw new IllegalStateException("nothing is told of " + of);
        }
        return Integer.parseInt(told.group(1).replace(",", ""));
    }

    /** Where the document and the registered meters differ. */
    static List<String> differences(Collection<Meter> all) throws IOException {
        Map<String, String> documented = documented();
        Map<String, String> registered = registered(all);
        Set<String> names = new TreeSet<>(documented.keySet());
        names.addAll(registered.keySet());
        List<String> differences = new ArrayList<>();
        for (String name : names) {
            String told = documented.getOrDefault(name, "nothing");
            String there = registered.getOrDefault(name, "nothing");
            if (!told.equals(there)) {
                differences.add(name + " is " + there + "\nin docs/metrics.md " + told);
            }
        }
        return differences;
    }

    /** What registered meters are, in the same form; their names' values are the application's. */
    private static Map<String, String> registered(Collection<Meter> all) {
        Map<String, Map<String, Set<String>>> tags = new TreeMap<>();
        Map<String, String> kinds = new TreeMap<>();
        for (Meter meter : all) {
            if (isBucket(meter)) {
                continue;
            }
            Meter.Id id = meter.getId();
            Map<String, Set<String>> own = tags.computeIfAbsent(id.getName(), first -> new TreeMap<>());
            for (Tag tag : id.getTags()) {
                if (!tag.getKey().equals("node")) {
                    own.computeIfAbsent(tag.getKey(), first -> new TreeSet<>()).add(tag.getValue());
                }
            }
            String unit = id.getBaseUnit() == null ? "" : id.getBaseUnit();
            kinds.put(id.getName(), id.getType().name().toLowerCase(Locale.ROOT) + " | " + unit);
        }
        Map<String, String> meters = new TreeMap<>();
        kinds.forEach((name, kind) -> {
            String[] parts = kind.split(" \\| ", -1);
            meters.put(name, line(parts[0], parts[1], tags.getOrDefault(name, Map.of())));
        });
        return meters;
    }

    /** Whether a registry shows a histogram's bucket in this form. */
    static boolean isBucket(Meter meter) {
        return meter.getId().syntheticAssociation() != null;
    }

    private static String line(String type, String unit, Map<String, Set<String>> tags) {
        return type + " in " + unit + " by " + tags;
    }

    private static String text() throws IOException {
        return text("metrics.md");
    }

    private static String text(String document) throws IOException {
        return Files.readString(Path.of(System.getProperty("tunnel8.root", ".."), "docs", document));
    }
}
