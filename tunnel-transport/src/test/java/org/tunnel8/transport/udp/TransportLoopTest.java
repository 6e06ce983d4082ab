package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tunnel8.transport.udp.LoopFixture.until;

import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.PortRange;

class TransportLoopTest {
    /** Hundreds of circuits have a socket each at an exit. */
    private static final int MANY_PORTS = 300;

    @Test
    void theBestInterfaceIsNativeWhereThereIsOne() {
        try (TransportLoop best = TransportLoop.open("best");
                TransportLoop nio = TransportLoop.open("nio", TransportLoop.Io.NIO)) {
            assertThat(best.isNative()).isEqualTo(Epoll.isAvailable());
            assertThat(nio.isNative()).isFalse();
            assertThat(nio.serverChannelType().getName()).contains("Nio");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tasksRunInOrderOnTheNamedThread(TransportLoop.Io io) throws Exception {
        try (LoopFixture fixture = new LoopFixture(io)) {
            List<Integer> order = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                fixture.loop.execute(() -> order.add(number));
            }
            assertThat(fixture.call(() -> Thread.currentThread().getName())).isEqualTo("test-loop");
            assertThat(fixture.call(fixture.loop::inLoop)).isTrue();
            assertThat(fixture.loop.inLoop()).isFalse();
            assertThat(order).hasSize(100).isSorted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void scheduledTasksRunLaterUnlessCancelled(TransportLoop.Io io) throws Exception {
        try (LoopFixture fixture = new LoopFixture(io)) {
            List<String> ran = new CopyOnWriteArrayList<>();
            // On the loop itself, so that none of them can be due before all are asked for.
            fixture.call(() -> {
                Cancellable cancelled =
                        fixture.loop.schedule(() -> ran.add("cancelled"), TimeUnit.MILLISECONDS.toNanos(5));
                cancelled.cancel();
                fixture.loop.schedule(() -> ran.add("second"), TimeUnit.MILLISECONDS.toNanos(600));
                fixture.loop.schedule(() -> ran.add("first"), TimeUnit.MILLISECONDS.toNanos(300));
                return fixture.loop.schedule(() -> ran.add("at once"), 0);
            });
            until(() -> ran.size() == 3);
            assertThat(ran).containsExactly("at once", "first", "second");
        }
    }

    @Test
    void aTaskThatThrowsDoesNotEndTheLoop() throws Exception {
        try (LoopFixture fixture = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE)) {
            fixture.loop.execute(() -> {
                throw new IllegalStateException("a mistake in a task");
            });
            fixture.loop.schedule(
                    () -> {
                        throw new IllegalStateException("a mistake in a scheduled task");
                    },
                    0);
            assertThat(fixture.call(() -> "alive")).isEqualTo("alive");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingEndsTheThreadAndClosesThePorts(TransportLoop.Io io) throws Exception {
        LoopFixture fixture = new LoopFixture(io);
        AtomicReference<Thread> thread = new AtomicReference<>();
        Received received = new Received();
        UdpTransport port = fixture.bind("127.0.0.1", received);
        fixture.call(() -> {
            thread.set(Thread.currentThread());
            return null;
        });
        long before = fixture.loop.cpuNanos();

        fixture.close();
        fixture.close();

        until(() -> !thread.get().isAlive());
        assertThat(received.events).as("a port that was closed is not lost").isEmpty();
        assertThat(fixture.loop.cpuNanos())
                .as("CPU time is known after the end")
                .isGreaterThanOrEqualTo(before);
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> fixture.loop.execute(() -> {}));
        port.close();
    }

    @Test
    void whatWasSentLeavesBeforeTheLoopEnds() throws Exception {
        Received received = new Received();
        try (LoopFixture receiving = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE)) {
            UdpTransport to = receiving.bind("127.0.0.1", received);
            for (int i = 0; i < 20; i++) {
                LoopFixture sending = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE);
                UdpTransport port = sending.bind("127.0.0.1", new Received());
                sending.loop.execute(() -> port.send(to.localAddress(), new byte[] {1}, 0, 1));
                sending.close();
            }
            until(() -> received.datagrams.size() == 20);
        }
    }

    @Test
    void theLoopCanBeClosedOnItsOwnThread() throws Exception {
        LoopFixture fixture = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE);
        AtomicBoolean returned = new AtomicBoolean();
        fixture.loop.execute(() -> {
            fixture.loop.close();
            returned.set(true);
        });
        until(returned::get);
        fixture.close();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> fixture.loop.execute(() -> {}));
    }

    @Test
    void cpuTimeGrowsWithWork() throws Exception {
        try (LoopFixture fixture = new LoopFixture(TransportLoop.Io.BEST_AVAILABLE)) {
            long before = fixture.loop.cpuNanos();
            fixture.call(() -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                return null;
            });
            assertThat(fixture.loop.cpuNanos() - before).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void hundredsOfBusyPortsShareLittleMemory(TransportLoop.Io io) throws Exception {
        try (LoopFixture fixture = new LoopFixture(io)) {
            Received received = new Received();
            UdpSettings small = UdpSettings.of(InetAddress.getLoopbackAddress(), PortRange.any())
                    .withSocketBuffers(256 * 1_024, 256 * 1_024);
            List<UdpTransport> ports = new ArrayList<>();
            for (int i = 0; i < MANY_PORTS; i++) {
                ports.add(fixture.bind(small, received));
            }
            fixture.call(() -> {
                for (int i = 0; i < MANY_PORTS; i++) {
                    for (int repeat = 0; repeat < 10; repeat++) {
                        ports.get(i).send(ports.get((i + 1) % MANY_PORTS).localAddress(), new byte[1_400], 0, 1_400);
                    }
                }
                return null;
            });
            until(() -> received.datagrams.size() == 10 * MANY_PORTS);
            assertThat(fixture.loop.allocator().metric().usedDirectMemory())
                    .as("all buffers of the loop")
                    .isLessThanOrEqualTo(16L * 1_024 * 1_024);
            fixture.call(() -> null);
            assertThat(fixture.call(() -> fixture.loop.allocator().pinnedDirectMemory()))
                    .as("buffers in use while nothing happens")
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBurstThroughHundredsOfPortsInOneTurnLosesNothingToTheQueues(TransportLoop.Io io) throws Exception {
        try (LoopFixture fixture = new LoopFixture(io)) {
            UdpTransport sink = fixture.bind("127.0.0.1", new Received());
            List<UdpTransport> ports = new ArrayList<>();
            for (int i = 0; i < MANY_PORTS; i++) {
                ports.add(fixture.bind("127.0.0.1", new Received()));
            }
            fixture.call(() -> {
                byte[] datagram = new byte[1_400];
                for (int repeat = 0; repeat < 40; repeat++) {
                    for (UdpTransport port : ports) {
                        port.send(sink.localAddress(), datagram, 0, datagram.length);
                    }
                }
                return null;
            });
            fixture.call(() -> null);
            for (UdpTransport port : ports) {
                assertThat(port.counters().sent()).isEqualTo(40);
            }
            assertThat(fixture.loop.sendBudget().usedBytes()).isZero();
        }
    }
}
