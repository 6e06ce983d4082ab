package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.Seed;

/**
 * Hostile datagrams by the hundred thousand into whole engines, in virtual time. Whatever they are: nothing is thrown,
 * every table keeps its bound, every drop is counted once, and circuits that were up carry on.
 */
@Tag("fuzz")
class EngineFuzzTest {
    private static final String DATAGRAMS = "tunnel8.fuzz.datagrams";
    private static final long SMALL_SHARE = 200_000;
    /** Datagrams between two looks at the network. */
    private static final int BATCH = 500;
    /** 20,000 hostile datagrams a second. */
    private static final Duration BATCH_TIME = Duration.ofMillis(25);
    /** An echo each virtual second. */
    private static final int BATCHES_PER_ECHO = 40;

    private final long seed = Seed.take(getClass());
    private final Map<Shot.Kind, Tally> tallies = new EnumMap<>(Shot.Kind.class);
    private final Map<String, TableSize> fullest = new TreeMap<>();

    private static final class Tally {
        long shots;
        long dropped;
        long nanos;
    }

    @Test
    void withstandsHostileDatagrams() throws IOException {
        AttackedNetwork network = new AttackedNetwork(seed);
        long datagrams = Long.getLong(DATAGRAMS, SMALL_SHARE);
        long begun = System.nanoTime();
        for (long i = 0; i < datagrams; i++) {
            if (i % BATCH == 0) {
                look(network, i);
            }
            Shot shot = network.aim();
            fire(network, shot, i);
        }
        network.run(Duration.ofSeconds(1));
        network.watches().forEach(EchoWatch::check);
        report(network, datagrams, (System.nanoTime() - begun) / 1e9);
    }

    /** Lets a moment pass; looks at tables and echoes. */
    private void look(AttackedNetwork network, long fired) {
        try {
            network.run(BATCH_TIME);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("thrown with seed " + seed + " after " + fired + " datagrams", e);
        }
        for (AttackedNode node : network.nodes()) {
            for (TableSize size : node.engine().tables()) {
                assertThat(size)
                        .as("%s with seed %d after %d datagrams", node.address(), seed, fired)
                        .matches(TableSize::isWithinBound, "is within its bound");
                fullest.merge(size.table(), size, (a, b) -> a.size() < b.size() ? b : a);
            }
        }
        if (fired / BATCH % BATCHES_PER_ECHO == 0) {
            network.watches().forEach(EchoWatch::check);
            network.watches().forEach(EchoWatch::send);
            network.use();
        }
    }

    private void fire(AttackedNetwork network, Shot shot, long number) {
        long dropsBefore = drops(network);
        long checksBefore = checks(network);
        long begun = System.nanoTime();
        try {
            network.fire(shot);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("thrown with seed " + seed + " by datagram " + number + ": " + shot, e);
        }
        Tally tally = tallies.computeIfAbsent(shot.kind(), kind -> new Tally());
        tally.nanos += System.nanoTime() - begun;
        long dropped = drops(network) - dropsBefore;
        assertThat(dropped)
                .as("drops counted for datagram %d with seed %d: %s", number, seed, shot)
                .isBetween(0L, 1L);
        assertThat(checks(network) - checksBefore)
                .as("signatures checked for datagram %d with seed %d: %s", number, seed, shot)
                .isBetween(0L, 1L);
        tally.dropped += dropped;
        tally.shots++;
    }

    private static long checks(AttackedNetwork network) {
        long sum = 0;
        for (AttackedNode node : network.nodes()) {
            sum += node.engine().counters().traffic(Kind.SIGNATURES_CHECKED);
        }
        return sum;
    }

    /** Drops of datagrams that have just come: one that ends a circuit loses those that wait for the way out of it besides. */
    private static long drops(AttackedNetwork network) {
        long sum = 0;
        for (AttackedNode node : network.nodes()) {
            for (DropReason reason : DropReason.values()) {
                sum += reason == DropReason.CIRCUIT_CLOSED
                        ? 0
                        : node.engine().counters().drops(reason);
            }
        }
        return sum;
    }

    private void report(AttackedNetwork network, long datagrams, double seconds) {
        System.out.printf(
                "EngineFuzzTest: %,d datagrams in %.1f s, %.0f s of virtual time, seed %d%n",
                datagrams, seconds, network.nowNanos() / 1e9, seed);
        tallies.forEach((kind, tally) -> System.out.printf(
                "  %-22s %,10d, %5.1f µs each, %3.0f %% dropped%n",
                kind, tally.shots, tally.nanos / 1e3 / tally.shots, 100.0 * tally.dropped / tally.shots));
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        long received = 0;
        for (AttackedNode node : network.nodes()) {
            node.engine().counters().drops().forEach((reason, count) -> drops.merge(reason, count, Long::sum));
            received += node.engine().counters().traffic(Kind.PACKETS_RECEIVED);
        }
        System.out.printf("  received %,d; signatures checked %,d; dropped:%n", received, checks(network));
        drops.forEach((reason, count) -> System.out.printf("  %-34s %,9d%n", reason, count));
        fullest.values()
                .forEach(size -> System.out.printf("  %-34s %,7d of %,7d%n", size.table(), size.size(), size.bound()));
        for (AttackedNode node : network.nodes()) {
            if (node.engine().circuits() != null) {
                System.out.printf(
                        "  %s: %d own circuits were ready, %d ended, %d HTTP exchanges ended%n",
                        node.address(), node.ready().size(), node.closed().size(), node.httpEnded());
            }
        }
        System.out.printf(
                "  circuits agreed with the attacker: %,d; echoes: %s%n",
                network.agreedCircuits(),
                network.watches().stream().map(EchoWatch::sent).toList());
    }
}
