package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What holds for every source file of every module (SC-009). */
class ProjectSourcesTest {
    private final ProjectFiles project = ProjectFiles.ofThisProject();

    @Test
    void noFileHoldsWhatMustNotBeInIt() {
        SourceCheck check = new SourceCheck();
        List<Path> files = project.matching(SourceCheck::isText);
        assertThat(files)
                .as("files seen")
                .contains(Path.of("pom.xml"), Path.of("tunnel-crypto/src/main/java/module-info.java"));
        assertThat(files.stream().flatMap(file -> check.check(ProjectFiles.name(file), project.text(file)).stream()))
                .isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        List<Path> packages = project
                .matching(file -> file.contains("/src/main/java/")
                        && file.endsWith(".java")
                        && !file.endsWith("module-info.java"))
                .stream()
                .map(file -> Objects.requireNonNull(file.getParent()))
                .distinct()
                .toList();
        assertThat(packages).hasSizeGreaterThan(2).allSatisfy(folder -> {
            Path declaration = folder.resolve("package-info.java");
            assertThat(project.exists(declaration)).as(declaration + " exists").isTrue();
            assertThat(project.text(declaration)).as(declaration + "").containsPattern("(?m)^@NullMarked$");
        });
    }
}
