package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.FuzzWatch;
import org.tunnel8.virtual.Seed;
import org.tunnel8.wire.Address;

/**
 * Hostile packets, made up and mutated, into an endpoint that carries real streams and accepts others': nothing is thrown, no
 * bound is exceeded, streams whose other sides acknowledge nothing are given up, and in the end nothing remains.
 */
@Tag("fuzz")
class UtpFuzzTest {
    private static final int PACKETS = Integer.getInteger("tunnel8.fuzz.packets", 200_000);
    private static final int LOOK_EVERY = 500;
    private static final int REOPEN_EVERY = 50;
    private static final Duration IDLE = Duration.ofMinutes(2);
    /** Real packets that are kept to be sent again, changed or not. */
    private static final int KEPT = 64;
    /** Those who keep to the rules for a while. */
    private static final int STRANGERS = 20;
    /** What classes take that were not there before, and streams that are open. */
    private static final long MAX_GROWTH_BYTES = 24L << 20;
    /** Longer than any stream lasts whose other side says nothing. */
    private static final Duration SILENCE = Duration.ofMinutes(5);

    private final long seed = Seed.take(getClass());
    private final Random random = new Random(seed);
    private final UtpPair pair = new UtpPair(
            seed,
            UtpSettings.DEFAULTS.withStreams(200, 60),
            new StreamMemory(4 << 20),
            new java.util.SplittableRandom(seed));
    private final List<UtpStream> open = new ArrayList<>();
    private final List<byte[]> real = new ArrayList<>();
    private final Map<Address, Stranger> known = new HashMap<>();
    private final Map<UtpEnd, Long> ends = new EnumMap<>(UtpEnd.class);
    /** When each stream that somebody else began was last heard of. */
    private final Map<UtpStream, Long> incoming = new LinkedHashMap<>();

    private long strangersMet;
    private long connected;
    private long finished;
    private long readBytes;
    private long hostileBytes;

    @Test
    void hostilePacketsBreakNothingAndCostNothingBeyondTheBounds() {
        pair.there.losing(0.01).duplicating(0.01).delaying(0.1, 20 * UtpPair.MILLI);
        pair.near.tap = this::keep;
        pair.far.tap = this::keep;
        pair.far.endpoint.accept(origin -> listener(true, !origin.equals(pair.near.address)));
        for (int i = 0; i < 20; i++) {
            open.add(pair.near.endpoint.connect(pair.far.address, listener(false, false)));
        }
        long begun = System.nanoTime();
        long fed = 0;
        try (FuzzWatch watch = new FuzzWatch(getClass(), seed)) {
            for (int i = 0; i < PACKETS; i++) {
                watch.at(i);
                fed += feed(i);
            }
            long grownBytes = watch.grownBytes();
            System.out.printf(
                    "UtpFuzzTest: %,d packets of %,d bytes in %.1f s, heap %,d KiB larger, seed %d%n",
                    PACKETS, fed, (System.nanoTime() - begun) / 1e9, grownBytes >> 10, seed);
            assertThat(grownBytes).as("growth of the heap").isLessThan(MAX_GROWTH_BYTES);
        }
        pair.run(SILENCE);
        // Who has been told all may say nothing for as long as he likes; who acknowledges nothing has been given up.
        assertThat(incoming.keySet())
                .filteredOn(stream -> !stream.remote().equals(pair.near.address))
                .allMatch(stream -> stream.statistics().inFlightBytes() == 0);
        pair.near.endpoint.close();
        pair.far.endpoint.close();
        pair.run(SILENCE);
        assertThat(pair.memory.usedBytes()).isZero();
        assertThat(pair.near.endpoint.streams() + pair.far.endpoint.streams()).isZero();
        assertThat(pair.deadlines.size()).isZero();
        report();
        checkDepth();
    }

    /** Somebody who begins streams by the rules, and goes on as he likes. */
    private final class Stranger {
        private int id = random.nextInt(65_536);
        private int number = random.nextInt(65_536);
        private int heardNumber;
        private boolean hasBegun;

        void heard(byte[] packet) {
            heardNumber = (packet[16] & 0xff) << 8 | packet[17] & 0xff;
        }

        byte[] next() {
            int kind = random.nextInt(40);
            if (!hasBegun || kind == 0) {
                id = random.nextInt(65_536);
                hasBegun = true;
                return packet(UtpPacket.SYN, id, 0);
            }
            number += random.nextInt(20) == 0 ? random.nextInt(4) : 1;
            int type = kind < 4 ? UtpPacket.FIN : kind < 8 ? UtpPacket.STATE : UtpPacket.DATA;
            return packet(type, id + 1, type == UtpPacket.DATA ? random.nextInt(1_000) : 0);
        }

        private byte[] packet(int type, int with, int payload) {
            byte[] bytes = new byte[UtpPacket.HEADER_BYTES + payload];
            random.nextBytes(bytes);
            UtpPacket.write(bytes, 0, type, 0, with, random.nextInt(), 0, 100_000, number, heardNumber);
            return bytes;
        }
    }

    private int feed(int number) {
        byte[] packet =
                random.nextInt(4) == 0 && !real.isEmpty() ? changed(real.get(random.nextInt(real.size()))) : packet();
        boolean atFar = random.nextBoolean();
        Address origin = random.nextInt(3) == 0
                ? ModelHost.addressOf(random.nextInt(100) + 10)
                : atFar ? pair.near.address : pair.far.address;
        if (random.nextInt(10) == 0) {
            origin = ModelHost.addressOf(1_000 + random.nextInt(STRANGERS));
            packet = known.computeIfAbsent(origin, somebody -> new Stranger()).next();
            atFar = true;
        }
        try {
            (atFar ? pair.far : pair.near).endpoint.onDatagram(origin, packet, 0, packet.length);
            if (random.nextInt(20) == 0) {
                pair.run(Duration.ofMillis(random.nextInt(random.nextInt(100) == 0 ? 5_000 : 30)));
            }
            if (number % LOOK_EVERY == 0) {
                look();
                endIdle();
            }
            if (number % REOPEN_EVERY == 0) {
                reopen();
            }
        } catch (RuntimeException | Error e) {
            throw new AssertionError("failed with seed " + seed + " at packet " + number, e);
        }
        return packet.length;
    }

    private void keep(Address target, byte[] packet) {
        Stranger answered = known.get(target);
        if (answered != null) {
            answered.heard(packet);
        }
        if (real.size() < KEPT) {
            real.add(packet);
        } else if (random.nextInt(4) == 0) {
            real.set(random.nextInt(KEPT), packet);
        }
    }

    /** A real packet once more: as it was, cut, or with something else in its header or behind it. */
    private byte[] changed(byte[] packet) {
        byte[] bytes = packet.clone();
        switch (random.nextInt(5)) {
            case 0 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            case 1 -> bytes[random.nextInt(Math.min(bytes.length, 30))] = (byte) random.nextInt(256);
            case 2 -> bytes[random.nextInt(Math.min(bytes.length, 30))] ^= (byte) (1 << random.nextInt(8));
            case 3 -> {
                return Arrays.copyOf(bytes, bytes.length + random.nextInt(100));
            }
            default -> {
                // As it was.
            }
        }
        return bytes;
    }

    private void report() {
        System.out.printf(
                "  streams connected %,d, of strangers %,d; finished %,d; bytes read %,d, of attackers %,d%n",
                connected, strangersMet, finished, readBytes, hostileBytes);
        System.out.printf(
                "  ended %s%n  dropped by one %s%n  and the other %s%n",
                ends, pair.near.counters.drops(), pair.far.counters.drops());
    }

    /** A fuzzer whose packets are all thrown away at once finds nothing. */
    private void checkDepth() {
        assertThat(connected).isPositive();
        assertThat(strangersMet).isPositive();
        assertThat(finished).isPositive();
        assertThat(readBytes).isPositive();
        assertThat(hostileBytes).isPositive();
        assertThat(ends).containsKeys(UtpEnd.CLOSED, UtpEnd.RESET, UtpEnd.FLOW_CLOSED);
        assertThat(pair.far.counters.drops())
                .containsKeys(
                        DropReason.MALFORMED, DropReason.UNSOLICITED, DropReason.WRONG_STATE, DropReason.TABLE_FULL);
    }

    private UtpListener listener(boolean isIncoming, boolean isStranger) {
        byte[] buffer = new byte[3_000];
        byte[] zeros = new byte[buffer.length];
        boolean lazy = random.nextInt(4) == 0;
        strangersMet += isStranger ? 1 : 0;
        return new UtpListener() {
            @Override
            public void onConnected(UtpStream stream) {
                connected++;
                heard(stream);
                stream.write(zeros, 0, random.nextInt(zeros.length));
            }

            @Override
            public void onReadable(UtpStream stream) {
                heard(stream);
                if (!lazy) {
                    int read = stream.read(buffer, 0, buffer.length);
                    for (int i = 0; i < read; i++) {
                        hostileBytes += buffer[i] == 0 ? 0 : 1;
                    }
                    readBytes += Math.max(0, read);
                    stream.write(zeros, 0, random.nextInt(zeros.length));
                }
            }

            private void heard(UtpStream stream) {
                if (isIncoming) {
                    incoming.put(stream, pair.deadlines.nowNanos());
                }
            }

            @Override
            public void onRemoteFinished(UtpStream stream) {
                finished++;
                stream.shutdownOutput();
            }

            @Override
            public void onEnded(UtpStream stream, UtpEnd end) {
                incoming.remove(stream);
                ends.merge(end, 1L, Long::sum);
                stream.reset();
                stream.write(zeros, 0, 1);
            }
        };
    }

    private void look() {
        for (ModelHost host : List.of(pair.near, pair.far)) {
            assertThat(host.endpoint.tables()).allMatch(TableSize::isWithinBound);
        }
        assertThat(pair.memory.usedBytes()).isBetween(0L, pair.memory.limitBytes());
        assertThat(pair.deadlines.size()).isLessThan(20_000);
    }

    /** As whoever accepts streams does: who says nothing keeps his place for ever else. */
    private void endIdle() {
        long limit = pair.deadlines.nowNanos() - IDLE.toNanos();
        List.copyOf(incoming.keySet()).forEach(stream -> {
            if (incoming.getOrDefault(stream, limit) < limit) {
                incoming.remove(stream);
                stream.reset();
            }
        });
    }

    private void reopen() {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).machine().isOver()) {
                open.set(i, pair.near.endpoint.connect(pair.far.address, listener(false, false)));
            }
        }
    }

    /** A packet that is likely to get far: the identifiers and nearly the numbers of a stream that is there. */
    private byte[] packet() {
        byte[] bytes = new byte[random.nextInt(8) == 0 ? random.nextInt(30) : 20 + random.nextInt(60)];
        random.nextBytes(bytes);
        if (bytes.length < UtpPacket.HEADER_BYTES || random.nextInt(10) == 0) {
            return bytes;
        }
        UtpStream victim = open.get(random.nextInt(open.size()));
        int type = random.nextInt(100) == 0 ? random.nextInt(5) : random.nextInt(3);
        int id = random.nextInt(5) == 0
                ? random.nextInt(65_536)
                : victim.machine().receiveId() + random.nextInt(3) - 1;
        int window = random.nextBoolean() ? random.nextInt(200_000) : random.nextInt();
        long number =
                random.nextInt(4) == 0 ? random.nextInt() : victim.machine().peerNumber() + random.nextInt(40) - 20;
        long acknowledged =
                random.nextInt(4) == 0 ? random.nextInt() : victim.machine().ownNumber() - random.nextInt(12);
        int extension = random.nextInt(3);
        UtpPacket.write(
                bytes, 0, type, extension, id, random.nextInt(), random.nextInt(), window, number, acknowledged);
        if (extension == 1 && bytes.length > 30) {
            bytes[20] = (byte) random.nextInt(2);
            bytes[21] = (byte) (random.nextInt(10) == 0 ? random.nextInt(256) : 4);
        }
        return bytes;
    }
}
