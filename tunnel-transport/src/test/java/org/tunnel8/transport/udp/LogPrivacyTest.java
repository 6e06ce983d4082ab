package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.transport.udp.LoopFixture.until;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportEvent;

/** At INFO and above the log holds no address ({@code D12}). */
class LogPrivacyTest {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void record() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stop() {
        root.detachAppender(log);
    }

    @Test
    void whateverGoesWrongNoAddressIsLoggedByDefault() throws Exception {
        Received received = new Received();
        try (LoopFixture fixture = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE)) {
            UdpTransport port = fixture.bind("127.0.0.1", (from, buffer, offset, length) -> {
                received.onDatagram(from, buffer, offset, length);
                throw new IllegalStateException("cannot handle " + from);
            });
            UdpTransport sender = fixture.bind("127.0.0.1", received);
            fixture.send(sender, port.localAddress(), new byte[10], new byte[10]);
            // From a loopback address nothing goes there.
            fixture.send(sender, new InetSocketAddress("192.0.2.1", 9), new byte[10]);
            fixture.loop.execute(() -> {
                throw new IllegalStateException("cannot reach " + port.localAddress());
            });
            bindInVain(fixture, "127.0.0.1", port.localAddress().getPort());
            bindInVain(fixture, "192.0.2.1", port.localAddress().getPort());
            until(() -> port.counters().listenerFailures() == 2 && !received.events.isEmpty());
            assertThat(received.events).hasOnlyElementsOfType(TransportEvent.SendFailing.class);
        }
        List<String> lines = new ArrayList<>();
        for (ILoggingEvent event : List.copyOf(log.list)) {
            if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
                lines.add(event.getFormattedMessage());
                for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                    lines.add(String.valueOf(cause.getMessage()));
                }
            }
        }
        assertThat(lines)
                .as("what was logged")
                .anyMatch(line -> line.contains("listener failed"))
                .anyMatch(line -> line.contains("task of the loop failed"))
                .anyMatch(line -> line.contains("could not be sent"))
                .noneMatch(line -> line.contains("127.0.0") || line.contains("192.0.2"));
    }

    private static void bindInVain(LoopFixture fixture, String address, int port) throws Exception {
        try {
            fixture.bind(UdpSettings.of(InetAddress.getByName(address), PortRange.of(port)), new Received());
            throw new AssertionError("the port was free");
        } catch (ExecutionException expected) {
            assertThat(expected.getCause().getMessage()).doesNotContain(address);
        }
    }
}
