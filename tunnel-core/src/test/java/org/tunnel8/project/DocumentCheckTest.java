package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small projects made for the purpose: one that is in order, then one fault at a time. */
class DocumentCheckTest {
    private static final String POM = """
            <project>
              <parent><groupId>org.tunnel8</groupId><artifactId>tunnel8</artifactId></parent>
              <artifactId>own</artifactId>
              <dependencies>
                <dependency><groupId>a</groupId><artifactId>library</artifactId></dependency>
                <dependency><groupId>org.tunnel8</groupId><artifactId>sibling</artifactId></dependency>
              </dependencies>
              <build><plugins><plugin><artifactId>plugin</artifactId><configuration>
                <path><groupId>b</groupId><artifactId>checker</artifactId></path>
              </configuration></plugin></plugins></build>
            </project>
            """;

    @TempDir
    private Path root;

    private DocumentCheck check;

    @BeforeEach
    void makeAProjectInOrder() throws IOException {
        check = new DocumentCheck(new ProjectFiles(root));
        write("pom.xml", POM);
        write(
                "docs/dependencies.md",
                "| artifact | why |\n|---|---|\n| `library` | x |\n| `plugin` | x |\n| `checker` | x |\n");
        write("docs/PROTOCOL.md", "# Wire\n\n## §7. Key agreement, and layers\n");
        write("docs/DECISIONS.md", "# Decisions\n\n## D10. Nonces\n");
        write("docs/specification.md", "| id | asked |\n|---|---|\n| FR-018b | x |\n| SC-009 | x |\n| US1.4 | x |\n");
        write("README.md", "[there](docs/PROTOCOL.md#7-key-agreement-and-layers) [site](https://example.org/none)\n");
        write(
                "m/src/main/java/A.java",
                "/** PROTOCOL.md §7, D10, FR-018b, SC-009, US1.4; XD99, D10.x, D100, id-D11. */\n");
    }

    @Test
    void isContentWithAProjectInOrder() {
        assertThat(check.dependenciesThatDiffer()).isEmpty();
        assertThat(check.brokenLinks()).isEmpty();
        assertThat(check.unknownCitations()).isEmpty();
    }

    @Test
    void findsADependencyWithoutALineAndALineWithoutADependency() throws IOException {
        write("pom.xml", POM.replace("checker", "plugin"));
        write("module/pom.xml", POM.replace("library", "newcomer").replace("checker", "plugin"));
        assertThat(check.dependenciesThatDiffer()).containsExactly("unexplained: newcomer", "in no pom: checker");
    }

    @Test
    void findsLinksToNoFileAndToNoHeading() throws IOException {
        write("docs/a.md", "[x](none.md) [y](PROTOCOL.md#8-no) [z](#nothing) [up](../README.md)");
        assertThat(check.brokenLinks())
                .containsExactly("docs/a.md -> none.md", "docs/a.md -> PROTOCOL.md#8-no", "docs/a.md -> #nothing");
    }

    @Test
    void findsCitationsOfNothing() throws IOException {
        write("m/src/main/java/A.java", "/** PROTOCOL.md §8, D11. */ // (FR-019) SC-010 US9.9 D7,");
        assertThat(check.unknownCitations())
                .containsExactly(
                        "m/src/main/java/A.java cites PROTOCOL.md §8",
                        "m/src/main/java/A.java cites D11",
                        "m/src/main/java/A.java cites D7",
                        "m/src/main/java/A.java cites FR-019",
                        "m/src/main/java/A.java cites SC-010",
                        "m/src/main/java/A.java cites US9.9");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, text);
    }
}
