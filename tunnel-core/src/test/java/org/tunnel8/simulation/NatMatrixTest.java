package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.project.Markdown;
import org.tunnel8.project.ProjectFiles;

class NatMatrixTest {
    private final NatMatrix matrix = NatMatrix.measure(1, SignatureMode.REPLACED);

    @Test
    void connectsWhomTheirNatsLetConnect() {
        for (Placement first : Placement.values()) {
            for (Placement second : Placement.values()) {
                assertThat(matrix.connects(first, second))
                        .as("%s and %s", first, second)
                        .isEqualTo(first.canConnectTo(second));
                assertThat(first.canConnectTo(second)).isEqualTo(second.canConnectTo(first));
            }
        }
    }

    @Test
    void isTheOneInTheDocuments() {
        List<String> documented =
                new Markdown(ProjectFiles.ofThisProject().text("docs/simulation.md")).codeAfter("<!-- matrix");
        assertThat(matrix.lines()).isEqualTo(documented);
    }
}
