package org.tunnel8.examples.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.LayerKey;

/** Measures how much processor time each available layer cipher takes to put a layer on a packet and to take it off. */
public final class CipherBench {
    private static final int BATCH = 64;
    private static final double NANOS_PER_MICRO = 1e3;

    private final int payloadBytes;
    private final long warmUpNanos;
    private final long measureNanos;
    private final RandomGenerator random;

    /**
     * Sets up a measurement.
     *
     * @param payloadBytes how long the packets are
     * @param warmUpNanos how long to let the just-in-time compiler settle
     * @param measureNanos how long to measure each cipher after that
     * @param random makes keys
     */
    public CipherBench(int payloadBytes, long warmUpNanos, long measureNanos, RandomGenerator random) {
        this.payloadBytes = payloadBytes;
        this.warmUpNanos = warmUpNanos;
        this.measureNanos = measureNanos;
        this.random = random;
    }

    /**
     * A cipher's speed.
     *
     * @param cipher its provider's name
     * @param payloadBytes how long the packets were
     * @param sealMicros microseconds to put a layer on
     * @param openMicros microseconds to take a layer off
     */
    public record Result(String cipher, int payloadBytes, double sealMicros, double openMicros) {}

    /**
     * Measures all ciphers there are, one after the other, on the calling thread.
     *
     * @return a result for each
     */
    public List<Result> run() {
        List<Result> results = new ArrayList<>();
        for (LayerCipherProvider provider : LayerCiphers.available()) {
            Run run = new Run(provider.create());
            run.during(warmUpNanos);
            run.reset();
            run.during(measureNanos);
            results.add(run.result(provider.name()));
        }
        return results;
    }

    private final class Run {
        private final LayerCipher cipher;
        private final LayerKey key;
        private final byte[][] packets =
                new byte[BATCH][LayerCipher.COUNTER_BYTES + payloadBytes + LayerCipher.TAG_BYTES];
        private long counter;
        private long packetsDone;
        private long sealNanos;
        private long openNanos;

        Run(LayerCipher cipher) {
            this.cipher = cipher;
            byte[] keyBytes = new byte[LayerKey.KEY_BYTES];
            byte[] salt = new byte[LayerKey.SALT_BYTES];
            random.nextBytes(keyBytes);
            random.nextBytes(salt);
            this.key = LayerKey.of(keyBytes, salt);
        }

        void reset() {
            packetsDone = 0;
            sealNanos = 0;
            openNanos = 0;
        }

        void during(long nanos) {
            long end = System.nanoTime() + nanos;
            long now = cpuNanos();
            // Once in any case: a machine that is busy may let this thread go on only after the end.
            do {
                for (byte[] packet : packets) {
                    cipher.seal(key, ++counter, packet, LayerCipher.COUNTER_BYTES, payloadBytes);
                }
                long sealed = cpuNanos();
                for (byte[] packet : packets) {
                    if (cipher.open(key, packet, 0, packet.length) != payloadBytes) {
                        throw new IllegalStateException("a layer did not open that was just put on");
                    }
                }
                long opened = cpuNanos();
                packetsDone += BATCH;
                sealNanos += sealed - now;
                openNanos += opened - sealed;
                now = opened;
            } while (System.nanoTime() < end);
        }

        /** Processor time, so that what else runs on the machine does not count. */
        private long cpuNanos() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }

        Result result(String name) {
            return new Result(
                    name,
                    payloadBytes,
                    sealNanos / NANOS_PER_MICRO / packetsDone,
                    openNanos / NANOS_PER_MICRO / packetsDone);
        }
    }
}
