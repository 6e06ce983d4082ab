package org.tunnel8.project;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bar (|) in the samples stands for nothing: it keeps this file from being found itself. */
class SourceCheckTest {
    private static final String MAIN = "tunnel-core/src/main/java/org/tunnel8/Some.java";
    private static final String TEST = "tunnel-core/src/test/java/org/tunnel8/SomeTest.java";

    private final SourceCheck check = new SourceCheck();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "// TO|DO later",
                "/* FIX|ME */",
                "int XX|X = 1;",
                "// HA|CK around it",
                "a place|holder",
                "Place|holders",
                "only a st|ub",
                "st|ubbed out",
                "not implem|ented",
                "Not yet implem|ented",
                "enough for n|ow",
                " * enough for\n     * n|ow",
                "throw new Unsupported|OperationException();",
                "catch (Exception e) |{ }",
                "catch (final Throwable ignored)| {\n    }",
            })
    void findsUnfinishedProductCode(String sample) {
        assertThat(check.check(MAIN, sample.replace("|", ""))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "long nowNanos = clock.nowNanos(); // for nowNanos see above",
                "stubborn, stubble",
                "String xxx = \"todo\";",
                "the hacker",
                "implemented",
                "catch (IOException e) { }",
                "catch (RuntimeException e) { throw new IllegalStateException(e); }",
            })
    void leavesFinishedProductCodeAlone(String sample) {
        assertThat(check.check(MAIN, sample)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Thread.sl|eep(10);", "TimeUnit.SECONDS.sl|eep(1);", "Thread\n    .sl|eep(1)"})
    void findsTestsThatSleep(String sample) {
        assertThat(check.check(TEST, sample.replace("|", ""))).hasSize(1);
    }

    @Test
    void letsATestSpeakOfStandIns() {
        assertThat(check.check(TEST, "a st|ub and a place|holder".replace("|", "")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/wo|rk/main",
        "see /ho|me/someone/file",
        "(/ro|ot/.m2)",
        "=/fa|rm/x",
        "/Us|ers/someone",
        "C:\\Us|ers\\someone",
    })
    void findsPathsOfOneMachineInEveryKindOfFile(String sample) {
        String text = sample.replace("|", "");
        assertThat(check.check("README.md", text)).hasSize(1);
        assertThat(check.check(MAIN, text)).hasSize(1);
        assertThat(check.check(TEST, text)).hasSize(1);
        assertThat(check.check(".ci/run", text)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/lib/jvm",
                "relay/home/",
                "network/root/x",
                "https://example.org/x",
                "root/",
                "/tmp/x",
                "/work"
            })
    void leavesOtherPathsAlone(String sample) {
        assertThat(check.check("README.md", sample)).isEmpty();
    }

    @Test
    void tellsFileLineAndWords() {
        assertThat(check.check(MAIN, "one\ntwo\nthree TO|DO four".replace("|", "")))
                .singleElement()
                .hasToString(MAIN + ":3: MARKER_OF_LATER_WORK: TO" + "DO");
    }
}
