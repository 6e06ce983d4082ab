package org.tunnel8.project;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Compares a project's documents with its poms, its code and each other. Each check lists what is wrong. */
final class DocumentCheck {
    private static final Pattern SECTION = Pattern.compile("PROTOCOL\\.md §§?(\\d+)");
    private static final Pattern DECISION = Pattern.compile("(?<![\\w.#/-])(D\\d{1,2})(?!\\w|\\.\\w)");
    private static final Pattern REQUIREMENT = Pattern.compile("\\b((?:FR|SC)-\\d{3}[ab]?|US\\d\\.\\d)\\b");

    private final ProjectFiles project;

    DocumentCheck(ProjectFiles project) {
        this.project = project;
    }

    /** Artifacts that a pom names and the document does not, and the other way round. */
    List<String> dependenciesThatDiffer() {
        Set<String> named = new TreeSet<>();
        project.matching(file -> file.endsWith("pom.xml"))
                .forEach(pom -> named.addAll(PomArtifacts.of(project.text(pom))));
        Set<String> explained = new Markdown(project.text("docs/dependencies.md")).firstCells();
        explained.removeAll(Set.of("artifact", "---"));
        List<String> different = new ArrayList<>();
        named.stream().filter(name -> !explained.contains(name)).forEach(name -> different.add("unexplained: " + name));
        explained.stream().filter(name -> !named.contains(name)).forEach(name -> different.add("in no pom: " + name));
        return different;
    }

    /** Links from a document to files or headings that are not there. */
    List<String> brokenLinks() {
        List<String> broken = new ArrayList<>();
        for (Path document : project.matching(file -> file.endsWith(".md"))) {
            for (String link : new Markdown(project.text(document)).localLinks()) {
                if (!leadsSomewhere(document, link)) {
                    broken.add(ProjectFiles.name(document) + " -> " + link);
                }
            }
        }
        return broken;
    }

    /** Sections, decisions and requirements that code or documents cite and that are written nowhere. */
    List<String> unknownCitations() {
        List<String> unknown = new ArrayList<>();
        unknown.addAll(citations(SECTION, numbered("docs/PROTOCOL.md", "^§(\\d+)\\.")));
        unknown.addAll(citations(DECISION, numbered("docs/DECISIONS.md", "^(D\\d+)\\.")));
        unknown.addAll(citations(REQUIREMENT, new Markdown(project.text("docs/specification.md")).firstCells()));
        return unknown;
    }

    private boolean leadsSomewhere(Path document, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        return project.exists(target)
                && (hash < 0 || new Markdown(project.text(target)).anchors().contains(link.substring(hash + 1)));
    }

    private Set<String> numbered(String document, String heading) {
        Pattern pattern = Pattern.compile(heading);
        Set<String> names = new TreeSet<>();
        for (String title : new Markdown(project.text(document)).headings()) {
            pattern.matcher(title).results().forEach(match -> names.add(match.group(1)));
        }
        return names;
    }

    private List<String> citations(Pattern citation, Set<String> known) {
        List<String> unknown = new ArrayList<>();
        for (Path file : project.matching(name -> name.endsWith(".md") || name.contains("/src/main/java/"))) {
            for (MatchResult match :
                    citation.matcher(project.text(file)).results().toList()) {
                if (!known.contains(match.group(1))) {
                    unknown.add(ProjectFiles.name(file) + " cites " + match.group());
                }
            }
        }
        return unknown;
    }
}
