package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.tunnel8.DirectConsent.Scope;
import org.tunnel8.TunnelEvent.DirectConnectionsEnded;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.DirectSocket;
import org.tunnel8.direct.Permit;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;

/** Leases on a real loop, with clocks of the test's own. */
@Timeout(60)
class DirectLeasesTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final DirectConsent HOUR = DirectConsent.userAcceptsIpExposure(Duration.ofHours(1));

    private final TransportLoop loop = TransportLoop.open("tunnel8-leases-test");
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-11-27T12:00:00Z"));
    private final BlockingQueue<TunnelEvent> events = new LinkedBlockingQueue<>();
    private final DirectOutside outside =
            new DirectOutside(loop, InetAddress.getLoopbackAddress(), "tunnel8-leases-test-names");
    private final DirectLeases leases = new DirectLeases(loop, nanos::get, wall::get, outside, events::add);
    private final Logger logger = (Logger) LoggerFactory.getLogger(DirectLeases.class);
    private final ListAppender<ILoggingEvent> captured = new ListAppender<>();

    @BeforeEach
    void capture() {
        captured.start();
        logger.addAppender(captured);
    }

    @AfterEach
    void end() {
        onLoop(() -> {
            leases.close();
            return null;
        });
        loop.close();
        outside.awaitEnd();
        logger.detachAppender(captured);
    }

    private <T> T onLoop(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
    }

    private DirectLease grant(DirectConsent consent) {
        return onLoop(() -> leases.grant(consent));
    }

    private DirectConnectionsEnded.Reason nextEnd() throws InterruptedException {
        TunnelEvent event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        while (event != null && !(event instanceof DirectConnectionsEnded)) {
            event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(event).isInstanceOf(DirectConnectionsEnded.class);
        return ((DirectConnectionsEnded) event).reason();
    }

    private List<String> warnings() {
        return List.copyOf(captured.list).stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void allowNothingBeforeOneIsGranted() {
        assertThat(onLoop(() -> leases.permit(Scope.DATAGRAMS, null))).isNull();
        grant(HOUR.only(Scope.DATAGRAMS));
        assertThat(onLoop(() -> leases.permit(Scope.DATAGRAMS, null))).isNotNull();
        assertThat(onLoop(() -> leases.permit(Scope.STREAMS, null))).isNull();
    }

    @Test
    void endOnTheWallsClockWhileTheMachineSlept() throws Exception {
        DirectLease lease = grant(HOUR);
        wall.set(wall.get().plus(Duration.ofMinutes(61)));

        assertThat(lease.isActive()).isFalse();
        assertThat(nextEnd()).isEqualTo(DirectConnectionsEnded.Reason.EXPIRED);
    }

    @Test
    void doNotLastLongerWhenTheWallsClockIsSetBack() throws Exception {
        DirectLease lease = grant(HOUR);
        wall.set(wall.get().minus(Duration.ofDays(1)));
        assertThat(lease.isActive()).isTrue();
        nanos.addAndGet(Duration.ofMinutes(61).toNanos());

        assertThat(lease.isActive()).isFalse();
        assertThat(nextEnd()).isEqualTo(DirectConnectionsEnded.Reason.EXPIRED);
    }

    @Test
    void standInTheLogFromTheirStartToTheirEnd() throws Exception {
        DirectLease lease = grant(HOUR.onlyIsolationKey("secret"));
        assertThat(warnings()).hasSize(1);
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        await().atMost(LIMIT).until(() -> warnings().size() == 2);
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        await().atMost(LIMIT).until(() -> warnings().size() == 3);
        lease.revoke();
        assertThat(nextEnd()).isEqualTo(DirectConnectionsEnded.Reason.REVOKED);

        assertThat(warnings()).hasSize(4).allMatch(line -> line.contains("direct connections"));
        assertThat(warnings()).noneMatch(line -> line.contains("secret"));
    }

    @Test
    void tellOnceThatTheyAreUsed() {
        grant(HOUR);
        Permit permit = onLoop(() -> leases.permit(Scope.STREAMS, null));
        onLoop(() -> {
            leases.used(permit, Scope.STREAMS);
            leases.used(permit, Scope.DATAGRAMS);
            return null;
        });
        assertThat(events.stream().filter(event -> event instanceof TunnelEvent.DirectConnectionsUsed))
                .containsExactly(new TunnelEvent.DirectConnectionsUsed(Scope.STREAMS));
        assertThat(onLoop(leases::status).leases().get(0).used()).isTrue();
    }

    @Test
    void noSocketCanBeMadeOnceTheyHaveEnded() {
        DirectLease lease = grant(HOUR);
        Permit permit = onLoop(() -> leases.permit(Scope.DATAGRAMS, null));
        lease.revoke();
        DirectSocket.Receiver nobody = new DirectSocket.Receiver() {
            @Override
            public void onDatagram(Address origin, byte[] buffer, int offset, int length) {}

            @Override
            public void onClosed() {}
        };
        assertThatThrownBy(() -> new DirectSocket(permit, outside, nobody)).isInstanceOf(IllegalStateException.class);
    }
}
