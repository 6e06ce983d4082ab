package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * What a flood of introduction requests from new keys costs a client that uses a circuit: measured, printed, and bounded.
 * Sources are anybody's, every tenth that of a peer.
 *
 * <p>Times of single cells depend on what else the machine does. The bound of the strict run, {@code
 * -Dtunnel8.flood.strict=true}, is twice the time without a flood; without that property five times.
 */
class IntroductionFloodTest {
    private static final int PACKETS = 100_000;
    private static final int ROUNDS = 10;
    private static final int PACKETS_PER_SECOND = 5_000;
    /** So many packets of the flood come between two cells. */
    private static final int PACKETS_PER_CELL = 10;

    private static final int CELLS_PER_ROUND = PACKETS / ROUNDS / PACKETS_PER_CELL;
    /** Own cells that are handed in over and over: more than a circuit recognizes, so that none is taken for a repetition. */
    private static final int CELLS = 2_048;

    private static final long MAX_HEAP_BYTES = 8 << 20;
    private static final int MOST_TIMES = Boolean.getBoolean("tunnel8.flood.strict") ? 2 : 5;
    /** Where the half of the key begins that only matters for circuits: any 32 bytes make another key. */
    private static final int NEW_KEY_OFFSET = CommunityId.PREFIX_BYTES + 1 + 2 + "LibNaCLPK:".length();

    private final long seed = Seed.take(getClass());
    private final VirtualNetwork network = new VirtualNetwork(seed);
    private final SplittableRandom random = network.random();
    private final OutsideEcho echo = new OutsideEcho(network, "93.184.216.34:6881");
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final byte[] buffer = new byte[Headroom.FRONT_BYTES + 2_048 + Headroom.BACK_BYTES];
    private EngineNode client;
    private final List<byte[]> cells = new ArrayList<>();
    private int nextCell;
    private InetSocketAddress firstHop;
    private long heard;

    @BeforeEach
    void buildACircuit() {
        int relay = PeerFlags.RELAY;
        for (int i = 1; i <= 6; i++) {
            int flags = i <= 2 ? relay | PeerFlags.EXIT_BT : relay;
            EngineNode.server(network, "5." + i + ".0.1:7001", flags, bootstrap);
        }
        network.runFor(Duration.ofSeconds(20));
        client = EngineNode.client(network, "6.0.0.1:7001", CircuitSettings.of(2, 0, 4), bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == 1, Duration.ofMinutes(1)))
                .isTrue();
        network.runFor(Duration.ofSeconds(20));
        FlowTable.Flow flow = client.engine().openFlow((origin, received, offset, length) -> heard++, null);
        network.forgetPassages();
        byte[] payload = new byte[1_000];
        payload[0] = 1; // a uTP packet, as exits let through
        for (int i = 0; i < CELLS; i++) {
            assertThat(client.send(flow, new IpAddress(echo.address()), payload))
                    .isTrue();
            network.runFor(Duration.ofMillis(2));
        }
        assertThat(network.runUntil(() -> heard == CELLS, Duration.ofSeconds(5)))
                .isTrue();
        for (Passage passage : network.passages()) {
            boolean isAnswer = passage.to().equals(client.address())
                    && passage.messageId() == CellMessageId.CELL
                    && passage.bytes().length > payload.length;
            if (isAnswer) {
                cells.add(passage.bytes());
                firstHop = passage.from();
            }
        }
        assertThat(cells).hasSize(CELLS);
    }

    private void hand(InetSocketAddress from, byte[] bytes, int offset, int length) {
        System.arraycopy(bytes, offset, buffer, Headroom.FRONT_BYTES, length);
        client.onDatagram(network.nowNanos(), from, buffer, Headroom.FRONT_BYTES, length);
    }

    private long nanosForACell() {
        byte[] cell = cells.get(nextCell++ % CELLS);
        System.arraycopy(cell, 0, buffer, Headroom.FRONT_BYTES, cell.length);
        long begin = System.nanoTime();
        client.onDatagram(network.nowNanos(), firstHop, buffer, Headroom.FRONT_BYTES, cell.length);
        return System.nanoTime() - begin;
    }

    /** Correctly signed requests, each by a key of its own, one behind the other. */
    private byte[] flood(int packetBytes) {
        IdentityKey signer = IdentityKey.generate(random);
        byte[] one = packet(signer);
        byte[] all = new byte[PACKETS * packetBytes];
        int signed = packetBytes - signer.publicKey().signatureLength();
        for (int i = 0; i < PACKETS; i++) {
            ByteBuffer.wrap(one, NEW_KEY_OFFSET, Long.BYTES).putLong(i);
            System.arraycopy(signer.sign(one, 0, signed), 0, one, signed, packetBytes - signed);
            System.arraycopy(one, 0, all, i * packetBytes, packetBytes);
        }
        return all;
    }

    private byte[] packet(IdentityKey signer) {
        IntroductionRequest request = new IntroductionRequest(
                WalkStyle.OLD,
                new IpAddress(client.address()),
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                0,
                1,
                new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT).toExtra());
        return WalkCodec.encode(CommunityId.TRIBLER, request, 1, signer);
    }

    private InetSocketAddress anySource(int number, List<Peer> peers) {
        return number % 10 == 0
                ? peers.get(number / 10 % peers.size()).address()
                : EngineNode.at((60 + random.nextInt(60)) + "." + random.nextInt(256) + "." + random.nextInt(256)
                        + ".1:" + (1_024 + random.nextInt(60_000)));
    }

    private static long usedHeapBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long percentile99(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length * 99 / 100];
    }

    @Test
    void costsLittleAndHarmsNobodyInUse() {
        int packetBytes = packet(IdentityKey.generate(random)).length;
        byte[] flood = flood(packetBytes);
        List<Peer> known = new ArrayList<>(client.engine().peers().all());
        known.removeIf(peer -> !peer.isConfirmed());
        assertThat(known).hasSizeGreaterThanOrEqualTo(4);
        Circuit circuit = client.circuits().circuits().get(0);
        InetSocketAddress[] sources = new InetSocketAddress[PACKETS];
        Arrays.setAll(sources, i -> anySource(i, known));
        long[][] unloaded = new long[ROUNDS][CELLS_PER_ROUND];
        long[][] loaded = new long[ROUNDS][CELLS_PER_ROUND];
        for (int i = 0; i < 20_000; i++) {
            nanosForACell();
        }
        network.forgetPassages();
        long heap = usedHeapBytes();
        long sent = client.engine().counters().traffic(Kind.BYTES_SENT);
        long checks = 0;
        int mostChecks = 0;

        for (int i = 0; i < PACKETS; i++) {
            int round = i / (PACKETS / ROUNDS);
            int cellInRound = i / PACKETS_PER_CELL % CELLS_PER_ROUND;
            if (i % (PACKETS / ROUNDS) == 0) {
                for (int j = 0; j < CELLS_PER_ROUND; j++) {
                    unloaded[round][j] = nanosForACell();
                }
            }
            long before = client.engine().counters().traffic(Kind.SIGNATURES_CHECKED);
            hand(sources[i], flood, i * packetBytes, packetBytes);
            int checked = (int) (client.engine().counters().traffic(Kind.SIGNATURES_CHECKED) - before);
            checks += checked;
            mostChecks = Math.max(mostChecks, checked);
            if (i % PACKETS_PER_CELL == 0) {
                loaded[round][cellInRound] = nanosForACell();
            }
            if (i % (PACKETS_PER_SECOND / 100) == 0) {
                network.runFor(Duration.ofMillis(10));
                network.forgetPassages();
            }
        }
        sent = client.engine().counters().traffic(Kind.BYTES_SENT) - sent;
        heap = usedHeapBytes() - heap;
        // What else runs on the machine can only add to a round.
        long[] calm = Arrays.stream(unloaded)
                .mapToLong(IntroductionFloodTest::percentile99)
                .sorted()
                .toArray();
        long[] busy = Arrays.stream(loaded)
                .mapToLong(IntroductionFloodTest::percentile99)
                .sorted()
                .toArray();
        System.out.printf(
                "flood of %,d introduction requests, %,d bytes each: %,d signatures checked, at most %d for a packet; %,d bytes"
                        + " sent, %.2f times its own; heap grown by %,d bytes; %,d dropped unread; own cells: 99th percentile %.1f"
                        + " us without, %.1f us in the flood (the least of %d rounds)%n",
                PACKETS,
                packetBytes,
                checks,
                mostChecks,
                sent,
                (double) sent / flood.length,
                heap,
                client.drops(DropReason.RATE_LIMITED),
                calm[0] / 1e3,
                busy[0] / 1e3,
                ROUNDS);

        assertThat(mostChecks).isEqualTo(1);
        assertThat(sent).isLessThan(2L * flood.length);
        assertThat(heap).isLessThan(MAX_HEAP_BYTES);
        assertThat(client.engine().peers().all()).containsAll(known);
        assertThat(client.engine().peers().candidates(0)).containsExactlyInAnyOrderElementsOf(known);
        assertThat(client.circuits().circuits()).containsExactly(circuit);
        assertThat(client.closed()).isEmpty();
        assertThat(busy[0]).as("99th percentile of handling an own cell, ns").isLessThanOrEqualTo(MOST_TIMES * calm[0]);
        assertThat(heard).isGreaterThan((long) ROUNDS * 2 * CELLS_PER_ROUND);
    }
}
