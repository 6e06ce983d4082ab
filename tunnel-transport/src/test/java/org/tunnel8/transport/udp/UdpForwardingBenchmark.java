package org.tunnel8.transport.udp;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportCounters;

/**
 * Measures what receiving a datagram and sending it on costs: one loop forwards between two others, each on its own loopback address.
 *
 * <p>Not part of the test run; asked for by name: {@code mvn test -pl tunnel-transport -am -Dtest=UdpForwardingBenchmark
 * -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Dtunnel8.seconds=} for the seconds of each case. Or run its {@code main}:
 * {@code UdpForwardingBenchmark [seconds] [case]}. Each case prints one line: datagrams per second, CPU time of the forwarding thread per
 * datagram, and bytes that it allocated per datagram. The forwarder shares the machine with its source and its sink, so on few cores
 * the rate says less than the CPU time.
 */
final class UdpForwardingBenchmark {
    private static final int PAYLOAD_BYTES = 1_400;

    /** Datagrams on their way at once: enough for full batches, few enough to be lost by no buffer. */
    private static final int WINDOW = 1_024;

    private static final int BURST = 128;
    private static final long SOURCE_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

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

    private record Sample(long nanos, long cpuNanos, long allocatedBytes, TransportCounters counters) {}

    @Test
    void printsWhatForwardingCosts() throws Exception {
        main(new String[] {System.getProperty("tunnel8.seconds", "3")});
    }

    public static void main(String[] arguments) throws Exception {
        long nanos = (long) (1e9 * Double.parseDouble(arguments.length > 0 ? arguments[0] : "3"));
        for (Case measured : Case.values()) {
            if (arguments.length < 2 || measured.name().equalsIgnoreCase(arguments[1])) {
                measure(measured, nanos);
            }
        }
    }

    private static void measure(Case measured, long nanos) throws Exception {
        try (TransportLoop source = TransportLoop.open("source");
                TransportLoop forwarder = TransportLoop.open("forwarder", measured.io);
                TransportLoop sink = TransportLoop.open("sink")) {
            AtomicLong arrived = new AtomicLong();
            Forwarder forwarding = new Forwarder();
            for (int i = 1; i <= measured.destinations; i++) {
                UdpTransport end =
                        bind(sink, "127.0.3." + i, true, (from, buffer, offset, length) -> arrived.incrementAndGet());
                forwarding.destinations.add(end.localAddress());
            }
            UdpTransport port = bind(forwarder, "127.0.2.1", measured.segmentation, forwarding);
            forwarder.execute(() -> forwarding.port = port);
            UdpTransport origin = bind(source, "127.0.1.1", true, (from, buffer, offset, length) -> {});
            source.execute(new Source(source, origin, port.localAddress(), arrived));

            Sample warm = sample(forwarder, port, nanos / 2);
            Sample start = sample(forwarder, port, 0);
            Sample end = sample(forwarder, port, nanos);
            print(measured, start, end, warm.counters().received());
        }
    }

    private static void print(Case measured, Sample start, Sample end, long warmUp) {
        double datagrams = end.counters.sent() - start.counters.sent();
        System.out.printf(
                Locale.ROOT,
                "%-34s %9.0f datagrams/s %6.2f us CPU/datagram %7.1f bytes allocated/datagram %3.0f%% segmented"
                        + " (%d to warm up, %d dropped)%n",
                measured,
                datagrams * 1e9 / (end.nanos - start.nanos),
                (end.cpuNanos - start.cpuNanos) / datagrams / 1e3,
                (end.allocatedBytes - start.allocatedBytes) / datagrams,
                100 * (end.counters.segmented() - start.counters.segmented()) / datagrams,
                warmUp,
                end.counters.droppedInAll());
    }

    private static Sample sample(TransportLoop loop, UdpTransport port, long delayNanos) throws Exception {
        CompletableFuture<Sample> taken = new CompletableFuture<>();
        loop.schedule(
                () -> taken.complete(new Sample(
                        System.nanoTime(),
                        loop.cpuNanos(),
                        THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()),
                        port.counters())),
                delayNanos);
        return taken.get();
    }

    private static UdpTransport bind(
            TransportLoop loop, String address, boolean segmentation, DatagramListener listener) throws Exception {
        UdpSettings settings =
                UdpSettings.of(InetAddress.getByName(address), PortRange.any()).withSegmentation(segmentation);
        return UdpTransport.bind(loop, settings, listener).get(5, TimeUnit.SECONDS);
    }

    /** Sends bursts as long as the window allows. */
    private static final class Source implements Runnable {
        private final TransportLoop loop;
        private final UdpTransport port;
        private final InetSocketAddress to;
        private final AtomicLong arrived;
        private final byte[] payload = new byte[PAYLOAD_BYTES];
        private long emitted;

        Source(TransportLoop loop, UdpTransport port, InetSocketAddress to, AtomicLong arrived) {
            this.loop = loop;
            this.port = port;
            this.to = to;
            this.arrived = arrived;
        }

        @Override
        public void run() {
            boolean open = emitted - arrived.get() <= WINDOW - BURST;
            if (open) {
                for (int i = 0; i < BURST; i++) {
                    port.send(to, payload, 0, payload.length);
                }
                emitted += BURST;
            }
            loop.schedule(this, open ? 0 : SOURCE_PAUSE_NANOS);
        }
    }

    /** Sends each datagram on, to one destination after the other. */
    private static final class Forwarder implements DatagramListener {
        private final List<InetSocketAddress> destinations = new ArrayList<>();
        private UdpTransport port;
        private int next;

        @Override
        public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
            port.send(destinations.get(next), buffer, offset, length);
            next = (next + 1) % destinations.size();
        }
    }
}
