package org.tunnel8.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogDetailTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogDetailTest.class);
    private final ListAppender<ILoggingEvent> captured = new ListAppender<>();
    private final AtomicLong clock = new AtomicLong();

    @BeforeEach
    void capture() {
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        captured.start();
        logger.addAppender(captured);
    }

    @AfterEach
    void release() {
        LogDetail.reveal(false);
        logger.detachAppender(captured);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    private static RuntimeException failure() {
        return new IllegalStateException("no way to 203.0.113.7", new RuntimeException("host tracker.example"));
    }

    @Test
    void whatAnExceptionSaysIsHushedButNotWhereItCameFrom() {
        RuntimeException thrown = failure();
        Throwable logged = Objects.requireNonNull(LogDetail.of(thrown));
        assertThat(logged).hasMessage("java.lang.IllegalStateException");
        assertThat(logged.getCause()).hasMessage("java.lang.RuntimeException");
        assertThat(logged.getStackTrace()).isEqualTo(thrown.getStackTrace());
        assertThat(LogDetail.of(null)).isNull();
    }

    @Test
    void isShownToWhoAsksForIt() {
        RuntimeException thrown = failure();
        assertThat(LogDetail.isRevealed()).isFalse();
        LogDetail.reveal(true);
        assertThat(LogDetail.of(thrown)).isSameAs(thrown);
    }

    @Test
    void anEndlessChainOfCausesEnds() {
        RuntimeException a = new RuntimeException("a");
        RuntimeException b = new RuntimeException("b", a);
        a.initCause(b);
        int depth = 0;
        for (Throwable at = LogDetail.of(a); at != null; at = at.getCause()) {
            depth++;
        }
        assertThat(depth).isLessThan(20);
    }

    @Test
    void whatStrangersBringAboutIsLoggedOnceInTenSecondsWithACount() {
        LimitedLog limited = new LimitedLog(LogDetailTest.class, clock::get);
        for (int i = 0; i < 1_000; i++) {
            limited.debug("a connection broke", failure());
            clock.addAndGet(9_000_000);
        }
        clock.addAndGet(2_000_000_000L);
        limited.debug("a connection broke", null);
        limited.debug("something else", null);

        assertThat(captured.list.stream().map(event -> event.getMessage() + " " + event.getKeyValuePairs()))
                .containsExactly(
                        "a connection broke [times=\"1\"]",
                        "a connection broke [times=\"1000\"]",
                        "something else [times=\"1\"]");
        assertThat(captured.list.get(0).getThrowableProxy().getMessage()).doesNotContain("203.0.113.7");
    }
}
