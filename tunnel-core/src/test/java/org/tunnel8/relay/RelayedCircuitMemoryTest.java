package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.time.Duration;
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

/** What a relayed circuit costs in heap, in the worst case: no two circuits have a neighbour in common. */
class RelayedCircuitMemoryTest {
    private static final int WARM_UP = 200;
    private static final int CIRCUITS = 2_000;
    /** A quarter of what a relayed circuit may take. */
    private static final long MOST_BYTES_PER_CIRCUIT = 2_048;

    private static final int COLLECTIONS = 3;

    static Stream<String> ciphers() {
        return LayerCiphers.available().stream().map(LayerCipherProvider::name);
    }

    @ParameterizedTest
    @MethodSource("ciphers")
    void aRelayedCircuitTakesAtMost2KibibytesOfHeap(String cipher) {
        RelayFixture fixture = new RelayFixture(
                new RelaySettings(
                        new PeerFlags(RelayFixture.RELAY),
                        2 * (WARM_UP + CIRCUITS),
                        10_000,
                        Duration.ofHours(1),
                        RelaySettings.DEFAULT_AGE_LIMIT,
                        RelaySettings.DEFAULT_EXTEND_WINDOW,
                        RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES),
                cipher);
        build(fixture, 0, WARM_UP);
        long before = usedHeapBytes();

        build(fixture, WARM_UP, WARM_UP + CIRCUITS);

        long bytes = (usedHeapBytes() - before) / CIRCUITS;
        System.out.println("relayed circuit, " + cipher + ": " + bytes + " bytes of heap");
        assertThat(fixture.service.relayedCircuits()).isEqualTo(WARM_UP + CIRCUITS);
        assertThat(bytes).isBetween(200L, MOST_BYTES_PER_CIRCUIT);
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

    private static long usedHeapBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
