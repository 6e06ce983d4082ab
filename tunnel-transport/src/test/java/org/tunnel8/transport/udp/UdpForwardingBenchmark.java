package org.tunnel8.transport.udp;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportCounters;

/**
 * Measures what receiving a datagram and sending it on costs: one loop forwards between two others, each on its own loopback address.
 *
 * <p>Run its {@code main} with the module's test class path: {@code UdpForwardingBenchmark [seconds per case] [case]}. Each case prints
 * one line: datagrams per second, CPU time of the forwarding thread per datagram, and bytes that it allocated per datagram. The
 * forwarder runs together with its source and its sink, so on few cores the rate says less than the CPU time.
 */
final class UdpForwardingBenchmark {
    private static final int PAYLOAD_BYTES = 1_400;

    /** Datagrams on their way at once: enough for full batches, few enough to be lost by no buffer. */
    private static final int WINDOW = 1_024;

    private static final int BURST = 128;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final AtomicLong arrived = new AtomicLong();
    private final List<UdpTransport> sinks = new ArrayList<>();
    private long emitted;
    private int nextSink;

    private UdpForwardingBenchmark() {}

    private enum Case {
        EPOLL_SEGMENTED(TransportLoop.Io.BEST_AVAILABLE, true, 1),
        EPOLL_SEGMENTED_FOUR_DESTINATIONS(TransportLoop.Io.BEST_AVAILABLE, true, 4),
        EPOLL_SINGLE(TransportLoop.Io.BEST_AVAILABLE, false, 1),
        NIO(TransportLoop.Io.NIO, false, 1);

        final TransportLoop.Io io;
        final boolean segmentation;
        final int destinations;

        Case(TransportLoop.Io io, boolean segmentation, int destinations) {
            this.io = io;
            this.segmentation = segmentation;
            this.destinations = destinations;
        }
    }

    public static void main(String[] arguments) throws Exception {
        double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 3;
        for (Case measured : Case.values()) {
            if (arguments.length < 2 || measured.name().equalsIgnoreCase(arguments[1])) {
                new UdpForwardingBenchmark().run(measured, seconds);
            }
        }
    }

    private void run(Case measured, double seconds) throws Exception {
        try (TransportLoop source = TransportLoop.open("source");
                TransportLoop forwarder = TransportLoop.open("forwarder", measured.io);
                TransportLoop sink = TransportLoop.open("sink")) {
            for (int i = 0; i < measured.destinations; i++) {
                sinks.add(bind(
                        sink, "127.0.3." + (i + 1), true, (from, buffer, offset, length) -> arrived.incrementAndGet()));
            }
            Forwarder forwarding = new Forwarder();
            forwarding.port = bind(forwarder, "127.0.2.1", measured.segmentation, forwarding);
            UdpTransport origin = bind(source, "127.0.1.1", true, (from, buffer, offset, length) -> {});
            byte[] payload = new byte[PAYLOAD_BYTES];
            Runnable emit = new Runnable() {
                @Override
                public void run() {
                    if (emitted - arrived.get() <= WINDOW - BURST) {
                        for (int i = 0; i < BURST; i++) {
                            origin.send(forwarding.port.localAddress(), payload, 0, payload.length);
                        }
                        emitted += BURST;
                        source.execute(this);
                    } else {
                        source.schedule(this, 50_000);
                    }
                }
            };
            source.execute(emit);
            TimeUnit.MILLISECONDS.sleep((long) (seconds * 500));
            Sample start = sample(forwarder, forwarding.port);
            TimeUnit.MILLISECONDS.sleep((long) (seconds * 1_000));
            Sample end = sample(forwarder, forwarding.port);
            print(measured, start, end);
        }
    }

    private void print(Case measured, Sample start, Sample end) {
        double packets = end.counters.sent() - start.counters.sent();
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.0f datagrams/s %6.2f us CPU/datagram %7.1f bytes allocated/datagram %3.0f%% segmented, %d of %d lost%n",
                measured,
                packets * 1e9 / (end.nanos - start.nanos),
                (end.cpuNanos - start.cpuNanos) / packets / 1e3,
                (end.allocatedBytes - start.allocatedBytes) / packets,
                100 * (end.counters.segmented() - start.counters.segmented()) / packets,
                end.counters.droppedInAll(),
                end.counters.received());
    }

    private record Sample(long nanos, long cpuNanos, long allocatedBytes, TransportCounters counters) {}

    private static Sample sample(TransportLoop loop, UdpTransport port) throws InterruptedException {
        Sample[] taken = new Sample[1];
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            taken[0] = new Sample(
                    System.nanoTime(), loop.cpuNanos(), THREADS.getCurrentThreadAllocatedBytes(), port.counters());
            done.countDown();
        });
        done.await();
        return taken[0];
    }

    private static UdpTransport bind(
            TransportLoop loop, String address, boolean segmentation, DatagramListener listener) throws Exception {
        UdpSettings settings =
                UdpSettings.of(InetAddress.getByName(address), PortRange.any()).withSegmentation(segmentation);
        return UdpTransport.bind(loop, settings, listener).get(5, TimeUnit.SECONDS);
    }

    private final class Forwarder implements DatagramListener {
        private UdpTransport port;

        @Override
        public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
            UdpTransport next = sinks.get(nextSink);
            nextSink = (nextSink + 1) % sinks.size();
            port.send(next.localAddress(), buffer, offset, length);
        }
    }
}
