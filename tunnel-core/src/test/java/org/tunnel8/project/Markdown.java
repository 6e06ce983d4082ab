package org.tunnel8.project;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the checks need to know of a Markdown text: links, headings, table rows, code blocks. */
public final class Markdown {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| *`?([^|`]+?)`? *\\|");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```\\w*\\n(.*?)^```");

    private final String text;

    public Markdown(String text) {
        this.text = text;
    }

    /** Targets of links, without those that lead to other sites. */
    List<String> localLinks() {
        List<String> links = new ArrayList<>();
        Matcher matcher = LINK.matcher(CODE_BLOCK.matcher(text).replaceAll(""));
        while (matcher.find()) {
            if (!matcher.group(1).matches("[a-z]+:.*")) {
                links.add(matcher.group(1));
            }
        }
        return links;
    }

    /** The anchors that a heading gets: lower case, punctuation gone, hyphens for blanks. */
    Set<String> anchors() {
        return headings().stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    List<String> headings() {
        List<String> headings = new ArrayList<>();
        Matcher matcher = HEADING.matcher(CODE_BLOCK.matcher(text).replaceAll(""));
        while (matcher.find()) {
            headings.add(matcher.group(1));
        }
        return headings;
    }

    /** The first cells of all table rows, headers included, without their backticks. */
    Set<String> firstCells() {
        Set<String> cells = new TreeSet<>();
        Matcher matcher = FIRST_CELL.matcher(text);
        while (matcher.find()) {
            cells.add(matcher.group(1));
        }
        return cells;
    }

    /** The lines of the first code block behind a mark. */
    public List<String> codeAfter(String mark) {
        int start = text.indexOf(mark);
        Matcher matcher = CODE_BLOCK.matcher(text);
        if (start < 0 || !matcher.find(start)) {
            throw new IllegalArgumentException("no code block behind \"" + mark + "\"");
        }
        return matcher.group(1).lines().toList();
    }
}
