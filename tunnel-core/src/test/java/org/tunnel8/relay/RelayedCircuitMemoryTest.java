package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.relay.RelayFixture.Owner;
import org.tunnel8.relay.RelayFixture.Sent;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What a relayed circuit costs in heap, in the worst case: no two circuits have a neighbour in common.
 *
 * <p>Measured in a process of its own. Here, what other tests have left goes at any collection, and is more than all the
 * circuits.
 */
class RelayedCircuitMemoryTest {
    private static final int WARM_UP = 300;
    private static final int CIRCUITS = 2_000;
    /** A quarter of what a relayed circuit may take. */
    private static final long MOST_BYTES_PER_CIRCUIT = 2_048;
    /** Its keys alone: less would mean that something else was measured. */
    private static final long LEAST_BYTES_PER_CIRCUIT = 200;

    private static final int MOST_COLLECTIONS = 20;

    static Stream<String> ciphers() {
        return LayerCiphers.available().stream().map(LayerCipherProvider::name);
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void aRelayedCircuitTakesAtMost2KibibytesOfHeap(String cipher) throws Exception {
        String printed = runInAProcess(cipher);

        System.out.println("relayed circuit, " + cipher + ": " + printed + " bytes of heap");
        assertThat(Long.parseLong(printed)).isBetween(LEAST_BYTES_PER_CIRCUIT, MOST_BYTES_PER_CIRCUIT);
    }

    private static String runInAProcess(String cipher) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        RelayedCircuitMemoryTest.class.getName(),
                        cipher))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as("status of the process").isZero();
        return printed;
    }

    /**
     * Builds circuits and prints the bytes of heap that each takes.
     *
     * @param arguments the layer cipher
     */
    public static void main(String[] arguments) {
        RelayFixture fixture = new RelayFixture(
                new RelaySettings(
                        new PeerFlags(RelayFixture.RELAY),
                        2 * (WARM_UP + CIRCUITS),
                        10_000,
                        Duration.ofHours(1),
                        RelaySettings.DEFAULT_AGE_LIMIT,
                        RelaySettings.DEFAULT_EXTEND_WINDOW,
                        RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES),
                arguments[0]);
        build(fixture, 0, WARM_UP);
        long before = usedHeapBytes();
        build(fixture, WARM_UP, WARM_UP + CIRCUITS);
        long bytes = usedHeapBytes() - before;
        assertThat(fixture.service.relayedCircuits()).isEqualTo(WARM_UP + CIRCUITS);
        System.out.println(bytes / CIRCUITS);
        Reference.reachabilityFence(fixture);
    }

    private static void build(RelayFixture fixture, int from, int to) {
        for (int i = from; i < to; i++) {
            Owner owner = fixture.new Owner("203.0." + i / 250 + "." + i % 250, i);
            owner.joined();
            InetSocketAddress next = RelayFixture.at("198.51." + i / 250 + "." + i % 250, 7_000);
            IdentityKey key = IdentityKey.generate(fixture.random);
            owner.extend(9, key.publicKey(), new IpAddress(next));
            Sent create = fixture.onlySent();
            fixture.deliverPlain(
                    next,
                    create.circuitId(),
                    new Created(
                            ((Create) create.plain()).identifier(),
                            ByteString.of(new byte[32]),
                            ByteString.of(new byte[32]),
                            ByteString.of(new byte[330])));
            fixture.onlySent();
            // Cells have passed both ways.
            owner.sendSealed(new byte[100], false);
            fixture.onlySent();
            fixture.deliver(next, RelayFixture.frame(create.circuitId(), false, false, new byte[100]));
            fixture.onlySent();
            fixture.runFor(Duration.ofMillis(1));
        }
    }

    /** Collects until nothing more goes. */
    private static long usedHeapBytes() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < MOST_COLLECTIONS; i++) {
            System.gc();
            long now = memory.getHeapMemoryUsage().getUsed();
            if (now >= used) {
                return now;
            }
            used = now;
        }
        return used;
    }
}
