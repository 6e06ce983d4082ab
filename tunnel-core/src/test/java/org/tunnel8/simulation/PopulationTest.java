package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopulationTest {
    private static Map<Placement, Integer> clients(long first, int seeds) {
        Map<Placement, Integer> count = new EnumMap<>(Placement.class);
        LongStream.range(first, first + seeds)
                .forEach(seed -> count.merge(Population.STANDING.clientOf(seed), 1, Integer::sum));
        return count;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 0, -1_000, 777_777, Long.MAX_VALUE - 200})
    void seedsInARowKeepTheSharesOfPlacements(long first) {
        Map<Placement, Integer> count = clients(first, 200);
        assertThat(count.get(Placement.PUBLIC)).isBetween(39, 41);
        assertThat(count.get(Placement.PORT_RESTRICTED)).isBetween(119, 121);
        assertThat(count.get(Placement.SYMMETRIC)).isBetween(39, 41);
    }

    @Test
    void aFewSeedsMeetEveryPlacement() {
        assertThat(clients(1, 5)).containsOnlyKeys(Placement.PUBLIC, Placement.PORT_RESTRICTED, Placement.SYMMETRIC);
    }

    @Test
    void refusesSharesThatAreNone() {
        assertThatThrownBy(() -> Population.STANDING.withMisbehaving(1.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("misbehaving");
        assertThatThrownBy(() -> new ServerPark(4, 2, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Scenario.standing().get(0).withPeers(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void liarsAreOfAllKindsAndAmongExitsToo() {
        List<Role> roles = Role.draw(Population.STANDING.withLiars(0.1), 200, new SeededRandom(1));
        Map<Lie, Integer> kinds = new EnumMap<>(Lie.class);
        int exits = 0;
        for (Role role : roles) {
            Lie lie = role.lie();
            if (lie != null) {
                kinds.merge(lie, 1, Integer::sum);
                exits += role.exit() ? 1 : 0;
            }
        }
        assertThat(kinds).hasSize(5).containsValues(4).doesNotContainValue(3);
        assertThat(exits).isEqualTo(2);
    }

    @Test
    void theSlowAndTheFullAreTheirSharesOfRelaysAndOfExits() {
        for (Population population : List.of(Population.STANDING.withSlow(0.25), Population.STANDING.withFull(0.25))) {
            List<Role> roles = Role.draw(population, 100, new SeededRandom(1));
            assertThat(roles).filteredOn(role -> role.slow() || role.full()).hasSize(25);
            assertThat(roles)
                    .filteredOn(role -> role.exit() && (role.slow() || role.full()))
                    .hasSize(2);
        }
    }
}
