package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.transport.udp.LoopFixture.until;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.util.ResourceLeakDetector;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Every buffer is given back, under Netty's strictest watch. */
class ReleaseTest {
    private final Logger detectorLog = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
    private ResourceLeakDetector.Level levelBefore;

    @BeforeEach
    void watch() {
        levelBefore = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        leaks.start();
        detectorLog.addAppender(leaks);
    }

    @AfterEach
    void stopWatching() {
        detectorLog.detachAppender(leaks);
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @ParameterizedTest
    @EnumSource
    void nothingLeaksWhateverHappensToDatagrams(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = new LoopFixture(io);
        Received received = new Received();
        UdpTransport one = fixture.bind("127.0.0.1", new Received());
        UdpTransport other = fixture.bind("127.0.0.1", received);
        byte[][] burst = LoopFixture.numbered(200, 1_400);
        fixture.send(one, other.localAddress(), burst);
        // What cannot be sent, at once and after retries, and what is too long to be received.
        fixture.send(one, new InetSocketAddress("192.0.2.1", 9), burst);
        fixture.send(one, new InetSocketAddress("255.255.255.255", 9), burst);
        try (DatagramSocket plain = new DatagramSocket()) {
            plain.send(new DatagramPacket(new byte[20_000], 20_000, other.localAddress()));
        }
        until(() ->
                received.datagrams.size() == burst.length && other.counters().cut() == 1);
        fixture.call(() -> {
            one.send(other.localAddress(), new byte[100], 0, 100);
            fixture.loop.close();
            return null;
        });
        fixture.close();

        assertThat(fixture.loop.allocator().metric().directArenas().get(0).numActiveAllocations())
                .as("buffers still in use")
                .isZero();
        assertThat(fixture.loop.sendBudget().usedBytes()).isZero();
        assertThat(fixture.loop.retryBudget().usedBytes()).isZero();
        collectGarbage();
        assertThat(leaks.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    /** The detector reports what the collector found when the next buffers are made. */
    private static void collectGarbage() throws Exception {
        System.gc();
        try (LoopFixture fixture = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE)) {
            Received received = new Received();
            UdpTransport port = fixture.bind("127.0.0.1", received);
            fixture.send(port, port.localAddress(), new byte[100]);
            until(() -> received.datagrams.size() == 1);
        }
    }
}
