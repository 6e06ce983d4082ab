package org.tunnel8.interop;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Marks tests with real py-ipv8 nodes; they are skipped, and say why, where py-ipv8 cannot be imported. */
@Tag("interop")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresIpv8.Condition.class)
@interface RequiresIpv8 {
    /** Tries the import once. */
    final class Condition implements ExecutionCondition {
        private static final ConditionEvaluationResult RESULT = tryImport();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return RESULT;
        }

        private static ConditionEvaluationResult tryImport() {
            ConditionEvaluationResult result = importResult();
            String means = result.isDisabled() ? "interop tests are skipped: " : "interop tests run with ";
            System.out.println(means + result.getReason().orElse(""));
            return result;
        }

        private static ConditionEvaluationResult importResult() {
            try {
                Process check = PythonHost.command("host.py", "--check")
                        .redirectErrorStream(true)
                        .start();
                List<String> lines = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                boolean ended = check.waitFor(60, TimeUnit.SECONDS);
                String last = lines.isEmpty() ? "no output" : lines.get(lines.size() - 1);
                return ended && check.exitValue() == 0
                        ? ConditionEvaluationResult.enabled(last)
                        : ConditionEvaluationResult.disabled("py-ipv8 cannot be imported (" + last
                                + "); set IPV8_ROOT to the folder of py-ipv8 3.1.0, see docs/interop.md");
            } catch (IOException e) {
                return ConditionEvaluationResult.disabled("Python does not start: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return ConditionEvaluationResult.disabled("interrupted");
            }
        }
    }
}
