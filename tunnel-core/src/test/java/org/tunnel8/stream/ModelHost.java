package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.tunnel8.metrics.Counters;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/** An endpoint at an address, and the links that lead from it to others. */
final class ModelHost implements UtpOutput {
    final Address address;
    final Counters counters = new Counters();
    final UtpEndpoint endpoint;
    final List<Runnable> waitingForRoom = new ArrayList<>();
    int datagramBytes = 1_356;
    boolean room = true;

    /** Sees each datagram that leaves, and where to. */
    BiConsumer<Address, byte[]> tap = (target, datagram) -> {};

    long sentDatagrams;
    long sentBytes;

    private final Deadlines deadlines;
    private final Map<Address, Way> ways = new HashMap<>();

    private record Way(ModelLink link, ModelHost to) {}

    ModelHost(int number, Deadlines deadlines, UtpSettings settings, StreamMemory memory, long seed) {
        this(number, deadlines, settings, memory, new SplittableRandom(seed + number));
    }

    ModelHost(int number, Deadlines deadlines, UtpSettings settings, StreamMemory memory, RandomGenerator random) {
        this.address = addressOf(number);
        this.deadlines = deadlines;
        this.endpoint = new UtpEndpoint(this, settings, memory, deadlines, random, counters);
    }

    static Address addressOf(int number) {
        try {
            byte[] ip = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
            return IpAddress.of(InetAddress.getByAddress(ip), 6_881);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has datagrams to another host go over a link. */
    void route(ModelHost to, ModelLink link) {
        ways.put(to.address, new Way(link, to));
    }

    /** Has what goes to a name go where another host is. */
    void alias(Address name, ModelHost to) {
        Way way = ways.get(to.address);
        if (way != null) {
            ways.put(name, way);
        }
    }

    @Override
    public int maxDatagramBytes(Address target) {
        return datagramBytes;
    }

    @Override
    public boolean hasRoom() {
        return room;
    }

    @Override
    public void whenRoom(Runnable action) {
        waitingForRoom.add(action);
    }

    @Override
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        sentDatagrams++;
        sentBytes += length;
        byte[] copy = Arrays.copyOfRange(buffer, offset, offset + length);
        tap.accept(target, copy);
        Arrays.fill(buffer, (byte) 0x55); // as sealing does
        Way way = ways.get(target);
        if (way == null) {
            return false;
        }
        assertThat(length).isLessThanOrEqualTo(datagramBytes);
        way.link.send(length, () -> way.to.endpoint.onDatagram(address, copy, 0, copy.length));
        return true;
    }

    /** Runs everything that is due within a time. */
    static void run(Deadlines deadlines, long nanos) {
        long end = deadlines.nowNanos() + nanos;
        while (deadlines.nextNanos() <= end) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(end);
    }
}
