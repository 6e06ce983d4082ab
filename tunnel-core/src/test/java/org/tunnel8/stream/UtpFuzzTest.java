package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.wire.Address;

/**
 * Hostile packets, made up and mutated, into an endpoint that carries real streams and accepts others': nothing is thrown, no
 * bound is exceeded, and it answers with no more bytes than it got.
 */
class UtpFuzzTest {
    private static final long SEED = Long.getLong("tunnel8.seed", 77);
    private static final int PACKETS = Integer.getInteger("tunnel8.fuzz.packets", 200_000);
    private static final int LOOK_EVERY = 500;

    private final Random random = new Random(SEED);
    private final UtpPair pair = new UtpPair(
            SEED,
            UtpSettings.DEFAULTS.withStreams(200, 60),
            new StreamMemory(4 << 20),
            new java.util.SplittableRandom(SEED));
    private final List<UtpStream> open = new ArrayList<>();

    @Test
    void hostilePacketsBreakNothingAndCostNothingBeyondTheBounds() {
        System.out.println("seed " + SEED);
        pair.there.losing(0.01).duplicating(0.01).delaying(0.1, 20 * UtpPair.MILLI);
        pair.far.endpoint.accept(origin -> listener());
        for (int i = 0; i < 20; i++) {
            open.add(pair.near.endpoint.connect(pair.far.address, listener()));
        }
        long fed = 0;
        for (int i = 0; i < PACKETS; i++) {
            byte[] packet = packet();
            fed += packet.length;
            boolean atFar = random.nextBoolean();
            Address origin = random.nextInt(3) == 0
                    ? ModelHost.addressOf(random.nextInt(100) + 10)
                    : atFar ? pair.near.address : pair.far.address;
            (atFar ? pair.far : pair.near).endpoint.onDatagram(origin, packet, 0, packet.length);
            if (random.nextInt(20) == 0) {
                pair.run(Duration.ofMillis(random.nextInt(30)));
            }
            if (i % LOOK_EVERY == 0) {
                look();
                reopen();
            }
        }
        System.out.println("fed " + fed + " bytes, drops " + pair.far.counters.drops());
        pair.near.endpoint.close();
        pair.far.endpoint.close();
        assertThat(pair.memory.usedBytes()).isZero();
        assertThat(pair.near.endpoint.streams() + pair.far.endpoint.streams()).isZero();
    }

    private UtpListener listener() {
        byte[] buffer = new byte[3_000];
        boolean lazy = random.nextInt(4) == 0;
        return new UtpListener() {
            @Override
            public void onConnected(UtpStream stream) {
                stream.write(buffer, 0, random.nextInt(buffer.length));
            }

            @Override
            public void onReadable(UtpStream stream) {
                if (!lazy) {
                    stream.read(buffer, 0, buffer.length);
                    stream.write(buffer, 0, random.nextInt(buffer.length));
                }
            }

            @Override
            public void onRemoteFinished(UtpStream stream) {
                stream.shutdownOutput();
            }

            @Override
            public void onEnded(UtpStream stream, UtpEnd end) {
                stream.reset();
                stream.write(buffer, 0, 1);
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

    private void reopen() {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).machine().isOver()) {
                open.set(i, pair.near.endpoint.connect(pair.far.address, listener()));
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
        int type = random.nextInt(12) == 0 ? random.nextInt(5) : random.nextInt(3);
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
