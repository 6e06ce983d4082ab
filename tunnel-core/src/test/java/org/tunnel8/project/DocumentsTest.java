package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The documents name what exists, and what the code cites exists in the documents. */
class DocumentsTest {
    private final ProjectFiles project = ProjectFiles.ofThisProject();

    @Test
    void everyDependencyAndPluginHasItsLine() {
        Set<String> named = new TreeSet<>();
        List<Path> poms = project.matching(file -> file.endsWith("pom.xml"));
        assertThat(poms).hasSizeGreaterThanOrEqualTo(5);
        poms.forEach(pom -> named.addAll(PomArtifacts.of(project.text(pom))));
        Set<String> explained = new Markdown(project.text("docs/dependencies.md")).firstCells();
        explained.removeAll(Set.of("artifact", "---"));
        assertThat(explained).containsExactlyInAnyOrderElementsOf(named);
    }

    @Test
    void seesDependenciesPluginsAndWhatPluginsLoad() {
        assertThat(PomArtifacts.of("""
                        <project>
                          <parent><groupId>org.tunnel8</groupId><artifactId>tunnel8</artifactId></parent>
                          <artifactId>own</artifactId>
                          <dependencies><dependency><groupId>a</groupId><artifactId>library</artifactId></dependency>
                            <dependency><groupId>org.tunnel8</groupId><artifactId>sibling</artifactId></dependency></dependencies>
                          <build><plugins><plugin><artifactId>plugin</artifactId><configuration>
                            <path><groupId>b</groupId><artifactId>checker</artifactId></path>
                          </configuration></plugin></plugins></build>
                        </project>
                        """)).containsExactlyInAnyOrder("library", "plugin", "checker");
    }

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path document : project.matching(file -> file.endsWith(".md"))) {
            for (String link : new Markdown(project.text(document)).localLinks()) {
                if (!leadsSomewhere(document, link)) {
                    broken.add(document + " -> " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everySectionCitedIsInTheProtocol() {
        citedExist("PROTOCOL\\.md §§?(\\d+)", numbered("docs/PROTOCOL.md", "^§(\\d+)\\."));
    }

    @Test
    void everyDecisionCitedIsWrittenDown() {
        citedExist("(?<![\\w.#/-])(D\\d{1,2})(?![\\w.]\\w)", numbered("docs/DECISIONS.md", "^(D\\d+)\\."));
    }

    @Test
    void everyRequirementCitedIsInTheSpecification() {
        Set<String> known = new Markdown(project.text("docs/specification.md")).firstCells();
        assertThat(known).contains("FR-001", "FR-018b", "SC-009", "US1.4");
        citedExist("\\b((?:FR|SC)-\\d{3}[ab]?|US\\d\\.\\d)\\b", known);
    }

    @Test
    void theTestCommandOfTheReadmeIsTheOneThatIsRunForEveryChange() {
        assertThat(new Markdown(project.text("README.md")).codeAfter("<!-- test command"))
                .containsExactly("mvn -B verify");
        assertThat(project.text(".ci/run")).contains("<!-- test command");
        assertThat(project.isExecutable(".ci/run")).as(".ci/run is executable").isTrue();
    }

    private boolean leadsSomewhere(Path document, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        boolean anchored =
                hash < 0 || new Markdown(project.text(target)).anchors().contains(link.substring(hash + 1));
        return project.exists(target) && anchored;
    }

    private Set<String> numbered(String document, String heading) {
        Pattern pattern = Pattern.compile(heading);
        Set<String> names = new TreeSet<>();
        for (String title : new Markdown(project.text(document)).headings()) {
            pattern.matcher(title).results().forEach(match -> names.add(match.group(1)));
        }
        assertThat(names).as(document).hasSizeGreaterThan(10);
        return names;
    }

    private void citedExist(String citation, Set<String> known) {
        Pattern pattern = Pattern.compile(citation);
        List<String> unknown = new ArrayList<>();
        int seen = 0;
        for (Path file : project.matching(name -> name.endsWith(".md") || name.contains("/src/main/"))) {
            for (MatchResult match :
                    pattern.matcher(project.text(file)).results().toList()) {
                seen++;
                if (!known.contains(match.group(1))) {
                    unknown.add(file + " cites " + match.group(1));
                }
            }
        }
        assertThat(seen).as("citations seen").isPositive();
        assertThat(unknown).isEmpty();
    }
}
