package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** This project's documents name what exists, and what its code cites exists in them. */
class DocumentsTest {
    private final ProjectFiles project = ProjectFiles.ofThisProject();
    private final DocumentCheck check = new DocumentCheck(project);

    @Test
    void everyDependencyAndPluginHasItsLine() {
        assertThat(check.dependenciesThatDiffer()).isEmpty();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(check.brokenLinks()).isEmpty();
    }

    @Test
    void everythingCitedIsWrittenDown() {
        assertThat(check.unknownCitations()).isEmpty();
    }

    @Test
    void theTestCommandOfTheReadmeIsTheOneThatIsRunForEveryChange() {
        List<String> commands = new Markdown(project.text("README.md")).codeAfter("<!-- test command");
        assertThat(commands).containsExactly("mvn -B verify");
        assertThat(project.text(".ci/run")).contains("<!-- test command");
        assertThat(project.isExecutable(".ci/run")).as(".ci/run is executable").isTrue();
    }
}
