package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Micrometer is optional: without its jar all works that does not name a registry. */
@Timeout(120)
class WithoutMicrometerTest {
    @Test
    void aSessionGoesFromStartToEndWithoutItsJar() throws Exception {
        String[] all = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        String without = Arrays.stream(all)
                .filter(entry -> !entry.contains("micrometer"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(without.length())
                .as("Micrometer is on this class path")
                .isLessThan(String.join(":", all).length());

        Process session = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        without,
                        WithoutMicrometer.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(session.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(session.waitFor(10, TimeUnit.SECONDS)).as(said).isTrue();
        assertThat(session.exitValue()).as(said).isZero();
        assertThat(said).contains("no Micrometer", "carried, 1 back").doesNotContain("NoClassDefFoundError");
    }
}
