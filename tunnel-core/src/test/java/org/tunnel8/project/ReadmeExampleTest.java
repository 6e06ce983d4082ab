package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer copies from the README compiles and runs. */
class ReadmeExampleTest {
    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void compilesAndRuns() throws IOException, ReflectiveOperationException {
        run("<!-- example", "Example");
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void compilesAndRunsWithMetrics() throws IOException, ReflectiveOperationException {
        run("<!-- metrics example", "Measured");
    }

    private void run(String mark, String name) throws IOException, ReflectiveOperationException {
        List<String> example = new Markdown(ProjectFiles.ofThisProject().text("README.md")).codeAfter(mark);
        Path source = Files.write(folder.resolve(name + ".java"), example);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int result = compiler.run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                folder.toString(),
                source.toString());
        assertThat(result).as("exit status of the compiler").isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }
}
