package org.tunnel8.examples.torrent;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A path between one client and one server on real sockets: what the client sends to {@link #address} comes to the server, and
 * back, each way with a rate, a queue that drops what does not fit, a delay, and loss and lateness by chance.
 */
final class SlowPath implements AutoCloseable {
    private static final int MAX_DATAGRAM_BYTES = 2_048;
    private static final int HEADERS_BYTES = 28; // IPv4 and UDP
    private static final double NANOS_PER_SECOND = 1e9;

    private final DatagramSocket inside;
    private final DatagramSocket outside;
    private final Conditions conditions;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Line there;
    private final Line back;
    private volatile SocketAddress client;

    /**
     * What each direction is like.
     *
     * @param delayMillis one way
     * @param bytesPerSecond the rate
     * @param queueBytes what waits for the line at most
     * @param loss share of datagrams that vanish
     * @param late share of datagrams that come up to 8 ms late, and so behind others
     */
    record Conditions(int delayMillis, double bytesPerSecond, int queueBytes, double loss, double late) {
        Conditions losing(double share) {
            return new Conditions(delayMillis, bytesPerSecond, queueBytes, share, late);
        }
    }

    private record Flight(byte[] bytes, SocketAddress to, long whenNanos, long number) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(whenNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Flight flight = (Flight) other;
            int byTime = Long.compare(whenNanos - flight.whenNanos, 0);
            return byTime != 0 ? byTime : Long.compare(number, flight.number);
        }
    }

    private final class Line {
        private final DelayQueue<Flight> flights = new DelayQueue<>();
        private final SplittableRandom random;
        private final AtomicLong dropped = new AtomicLong();
        private long freeNanos = System.nanoTime();
        private long number;

        Line(long seed) {
            random = new SplittableRandom(seed);
        }

        /** Called by the one thread that receives for this line. */
        void send(byte[] buffer, int length, SocketAddress to) {
            long now = System.nanoTime();
            int bytes = length + HEADERS_BYTES;
            double waiting = Math.max(0, freeNanos - now) * conditions.bytesPerSecond / NANOS_PER_SECOND;
            if (waiting + bytes > conditions.queueBytes || random.nextDouble() < conditions.loss) {
                dropped.incrementAndGet();
                return;
            }
            freeNanos = Math.max(now, freeNanos) + (long) (bytes * NANOS_PER_SECOND / conditions.bytesPerSecond);
            long late = random.nextDouble() < conditions.late ? random.nextLong(8_000_000) : 0;
            long when = freeNanos + TimeUnit.MILLISECONDS.toNanos(conditions.delayMillis) + late;
            flights.add(new Flight(Arrays.copyOf(buffer, length), to, when, number++));
        }
    }

    SlowPath(
            InetAddress address, InetAddress outsideAddress, InetSocketAddress server, Conditions conditions, long seed)
            throws IOException {
        this.conditions = conditions;
        this.inside = new DatagramSocket(0, address);
        this.outside = new DatagramSocket(0, outsideAddress);
        this.there = new Line(seed);
        this.back = new Line(seed + 1);
        for (DatagramSocket socket : new DatagramSocket[] {inside, outside}) {
            socket.setReceiveBufferSize(4 << 20);
        }
        threads.execute(() -> receive(inside, there, server));
        threads.execute(() -> receive(outside, back, null));
        threads.execute(() -> deliver(there, outside));
        threads.execute(() -> deliver(back, inside));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) inside.getLocalSocketAddress();
    }

    long dropped() {
        return there.dropped.get() + back.dropped.get();
    }

    private void receive(DatagramSocket from, Line line, SocketAddress to) {
        byte[] buffer = new byte[MAX_DATAGRAM_BYTES];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
            while (true) {
                packet.setLength(buffer.length);
                from.receive(packet);
                if (to != null) {
                    client = packet.getSocketAddress();
                    line.send(buffer, packet.getLength(), to);
                } else if (client != null) {
                    line.send(buffer, packet.getLength(), client);
                }
            }
        } catch (SocketException e) {
            // Closed: the test is over.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void deliver(Line line, DatagramSocket by) {
        try {
            while (true) {
                Flight flight = line.flights.take();
                by.send(new DatagramPacket(flight.bytes, flight.bytes.length, flight.to));
            }
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt(); // closed: the test is over
        }
    }

    @Override
    public void close() {
        inside.close();
        outside.close();
        threads.shutdownNow();
    }
}
