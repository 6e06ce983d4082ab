package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(120)
class CircuitBenchTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.tunnel8");
    private final ListAppender<ILoggingEvent> captured = new ListAppender<>();

    @BeforeEach
    void capture() {
        captured.start();
        logger.addAppender(captured);
    }

    @AfterEach
    void release() {
        logger.detachAppender(captured);
    }

    @Test
    void endsItsClientsWithoutAWarningThatTheirCircuitsAreGone() {
        CircuitBench.Result result = new CircuitBench(1, 1, () -> false).run();
        assertThat(result.circuits()).isEqualTo(8);
        assertThat(result.perSecond()).isPositive();
        assertThat(captured.list)
                .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .isEmpty();
    }
}
