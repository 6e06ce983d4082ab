package org.tunnel8.examples.endure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.tunnel8.CircuitStatus;

class KillPlanTest {
    private static final List<Member> MEMBERS = List.of(new Named("a"), new Named("b"), new Named("c"), new Named("d"));

    @Test
    void takesRelaysAndExitsByTurnsAndEveryHopInTime() {
        KillPlan plan = new KillPlan(MEMBERS);
        List<CircuitStatus> circuits = List.of(circuit(true, true, false, "a", "b", "c"));
        List<Integer> hops = new ArrayList<>();
        List<Boolean> exits = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            KillPlan.Victim victim = plan.next(circuits).orElseThrow();
            hops.add(victim.hop());
            exits.add(victim.exit());
            assertThat(victim.member().name()).isEqualTo("abc".substring(victim.hop() - 1, victim.hop()));
        }
        assertThat(hops).containsExactly(1, 3, 2, 3, 1);
        assertThat(exits).containsExactly(false, true, false, true, false);
    }

    @Test
    void takesTheExitWhereThereIsNothingElse() {
        KillPlan plan = new KillPlan(MEMBERS);
        List<CircuitStatus> circuits = List.of(circuit(true, true, false, "d"));
        assertThat(plan.next(circuits).orElseThrow().member().name()).isEqualTo("d");
        assertThat(plan.next(circuits).orElseThrow().hop()).isEqualTo(1);
    }

    @Test
    void takesNobodyWhileNoCircuitIsInUseAndKeepsTheTurn() {
        KillPlan plan = new KillPlan(MEMBERS);
        assertThat(plan.next(List.of())).isEmpty();
        assertThat(plan.next(List.of(circuit(true, false, false, "a", "b", "c"))))
                .isEmpty();
        assertThat(plan.next(List.of(circuit(false, true, false, "a", "b")))).isEmpty();
        assertThat(plan.next(List.of(circuit(true, true, true, "a", "b", "c")))).isEmpty();
        assertThat(plan.next(List.of(circuit(true, true, false, "stranger", "b", "c"))))
                .isEmpty();
        assertThat(plan.next(List.of(circuit(true, true, false, "a", "b", "c")))
                        .orElseThrow()
                        .hop())
                .isEqualTo(1);
    }

    @Test
    void takesAHopOfThePrimaryAmongStandbys() {
        List<CircuitStatus> circuits =
                List.of(circuit(true, false, false, "a", "b", "c"), circuit(true, true, false, "d", "b", "c"));
        assertThat(new KillPlan(MEMBERS).next(circuits).orElseThrow().member().name())
                .isEqualTo("d");
    }

    private static CircuitStatus circuit(boolean ready, boolean primary, boolean suspect, String... path) {
        return new CircuitStatus(
                1,
                path.length,
                3,
                ready,
                primary,
                suspect,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                0,
                0,
                List.of(path),
                List.of());
    }

    private record Named(String name) implements Member {
        @Override
        public String label() {
            return name;
        }

        @Override
        public void kill() {
            throw new AssertionError("a plan kills nobody");
        }

        @Override
        public CompletableFuture<Void> restart() {
            throw new AssertionError("a plan starts nobody");
        }

        @Override
        public void close() {}
    }
}
