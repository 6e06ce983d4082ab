package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Whole runs of the simulator with all that is logged at any level: no address, no key (D12), and no flood by strangers. */
class LogInVirtualTimeTest {
    private static final Pattern ADDRESS_OR_KEY =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,}|[0-9a-fA-F]{16,}");
    private static final int PEERS = 60;

    private final Logger library = (Logger) LoggerFactory.getLogger("org.tunnel8");
    private final ListAppender<ILoggingEvent> captured = new ListAppender<>();

    @BeforeEach
    void capture() {
        library.setLevel(Level.TRACE);
        library.setAdditive(false);
        captured.start();
        library.addAppender(captured);
    }

    @AfterEach
    void release() {
        library.detachAppender(captured);
        library.setAdditive(true);
        library.setLevel(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hostile", "relay-killer", "liars", "full"})
    void namesNobodyAtAnyLevel(String name) {
        Scenario scenario = Scenario.named(name).orElseThrow().withPeers(PEERS);
        new Simulation(scenario, SignatureMode.REPLACED, LayerMode.REPLACED).run(1);

        List<String> lines =
                captured.list.stream().map(LogInVirtualTimeTest::text).toList();
        assertThat(lines).noneMatch(line -> ADDRESS_OR_KEY.matcher(line).find());
        if (!name.equals("hostile")) {
            assertThat(lines).anyMatch(line -> line.contains("circuit ready"));
        }
        assertThat(lines).as("lines of all nodes together").hasSizeLessThan(PEERS * 500);
    }

    private static String text(ILoggingEvent event) {
        String thrown = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        return event.getLevel() + " " + event.getFormattedMessage() + " " + event.getKeyValuePairs() + " " + thrown;
    }
}
