package org.tunnel8.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay without limits of its own whose line is full in earnest: the kernel takes less than it has to send. */
@Tag("netns")
@Timeout(180)
class FullLineTest {
    private static final Path SCRIPT = Path.of("src", "test", "nat", "full-line.sh");

    @BeforeAll
    static void assumePossible() throws Exception {
        NatLab.assumeWorks("making network namespaces", "unshare", "-n", "true");
        NatLab.assumeWorks("entering them", "nsenter", "--version");
        NatLab.assumeWorks(
                "narrowing a line",
                "unshare",
                "-n",
                "tc",
                "qdisc",
                "add",
                "dev",
                "lo",
                "root",
                "tbf",
                "rate",
                "40mbit",
                "burst",
                "64kb",
                "limit",
                "64mb");
    }

    @Test
    void tenCircuitsShareItEquallyWhateverTheyAskFor() throws Exception {
        Process lab = new ProcessBuilder(
                        "unshare",
                        "-n",
                        "bash",
                        SCRIPT.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullLineAgent.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String[] answer = answer(lab).split(" ", 6);
            System.out.printf(
                    "a full line of 5000000 bytes/s: Jain's index %s, %s bytes/s of payload, UPLINK_FULL %s,"
                            + " SEND_QUEUE_FULL %s, %s%n",
                    answer[0], answer[1], answer[2], answer[3], answer[5]);
            assertThat(Double.parseDouble(answer[0])).isGreaterThanOrEqualTo(0.95);
            // What is left of the line once headers and layers are taken off is 93 %.
            assertThat(Long.parseLong(answer[1])).isBetween(4_000_000L, 4_700_000L);
            assertThat(Long.parseLong(answer[2]))
                    .as("circuits drop, the longest first")
                    .isPositive();
            assertThat(Long.parseLong(answer[3]))
                    .as("nothing is dropped blindly")
                    .isZero();
        } finally {
            lab.outputWriter(StandardCharsets.UTF_8).close();
            lab.destroy();
        }
    }

    private static String answer(Process lab) throws Exception {
        BufferedReader from = lab.inputReader(StandardCharsets.UTF_8);
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.startsWith(FullLineAgent.ANSWER)) {
                return line.substring(FullLineAgent.ANSWER.length());
            }
        }
        throw new AssertionError("the lab has ended without an answer");
    }
}
