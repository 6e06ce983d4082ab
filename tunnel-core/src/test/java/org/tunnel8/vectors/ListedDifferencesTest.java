package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;
import org.tunnel8.project.ProjectFiles;

/** That whoever wants to know where we differ from the project's copy of the vectors can read it. */
class ListedDifferencesTest {
    @Test
    void everyEntryThatEndsOtherwiseIsInTheDocuments() {
        VectorFile file = VectorFile.of(
                "cells.json",
                JsonParser.parseString(VectorFile.ownText("cells.json")).getAsJsonObject());
        CellVectors.run(file);
        String document = ProjectFiles.ofThisProject().text("docs/vectors.md");

        assertThat(file.different())
                .containsExactlyInAnyOrder(
                        "plaintext cell with message 3 on an unknown circuit",
                        "max_relay_early 0 drops everything at an end point")
                .allSatisfy(entry -> assertThat(document).contains("\"" + entry + "\""));
    }
}
