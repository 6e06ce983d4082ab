package org.tunnel8.project;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds in a file what must not be in it: unfinished code (SC-009), tests that sleep, swallowed failures, and paths
 * that exist on one machine only.
 *
 * <p>Immutable.
 */
final class SourceCheck {
    /** What a check looks for, and in which files. Words are written in two parts so that this file passes too. */
    private enum Kind {
        MARKER_OF_LATER_WORK(SourceCheck::isCode, "\\b(?:TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b"),
        STAND_IN(
                SourceCheck::isProductCode,
                "(?i)\\bplace" + "holders?\\b|\\bst" + "ub(?:s|bed)?\\b|\\bnot\\s+(?:yet\\s+)?implem" + "ented\\b"),
        // A line break in a comment brings its asterisk or slashes along.
        PROMISE(SourceCheck::isProductCode, "(?i)\\bfor[\\s*/#]+n" + "ow\\b"),
        UNSUPPORTED(SourceCheck::isProductCode, "\\bUnsupported" + "OperationException\\b"),
        SLEEP(
                SourceCheck::isTestCode,
                "\\bThread\\s*\\.\\s*sl" + "eep\\b|\\bTimeUnit\\.[A-Z]+\\s*\\.\\s*sl" + "eep\\b"),
        SWALLOWED_FAILURE(
                SourceCheck::isCode,
                "\\bcatch\\s*\\(\\s*(?:final\\s+)?(?:Exception|Throwable|RuntimeException)\\s+\\w+\\s*\\)\\s*\\{\\s*\\}"),
        MACHINE_PATH(
                file -> true,
                "(?<![A-Za-z0-9_.}])/(?:wo" + "rk|fa" + "rm|ro" + "ot|ho" + "me|Us" + "ers)/[A-Za-z.]|\\b[A-Z]:\\\\Us"
                        + "ers\\\\");

        private final Predicate<String> applies;
        private final Pattern pattern;

        Kind(Predicate<String> applies, String regex) {
            this.applies = applies;
            this.pattern = Pattern.compile(regex);
        }
    }

    /**
     * One thing found.
     *
     * @param file path relative to the project, with slashes
     * @param line number from 1
     * @param what the kind of finding
     * @param text the words found
     */
    record Finding(String file, int line, String what, String text) {
        @Override
        public String toString() {
            return file + ":" + line + ": " + what + ": " + text;
        }
    }

    /**
     * Checks one file.
     *
     * @param file path relative to the project, with slashes
     * @param text its content
     * @return what was found, in the order of the kinds
     */
    List<Finding> check(String file, String text) {
        List<Finding> findings = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind.applies.test(file)) {
                Matcher matcher = kind.pattern.matcher(text);
                while (matcher.find()) {
                    findings.add(new Finding(file, line(text, matcher.start()), kind.name(), matcher.group()));
                }
            }
        }
        return findings;
    }

    /** Whether a file is one that people write as text; recorded vectors are not. */
    static boolean isText(String file) {
        return file.matches(".*\\.(?:java|md|xml|sh|py|properties|yml|yaml|txt|config)")
                || file.equals(".ci/run")
                || file.equals("tunnel-examples/tunnel");
    }

    private static boolean isCode(String file) {
        return !file.endsWith(".md");
    }

    private static boolean isProductCode(String file) {
        return file.contains("src/main/");
    }

    private static boolean isTestCode(String file) {
        return file.contains("src/test/");
    }

    private static int line(String text, int position) {
        return (int) text.substring(0, position).chars().filter(c -> c == '\n').count() + 1;
    }
}
