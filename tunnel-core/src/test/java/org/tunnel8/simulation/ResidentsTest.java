package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.at;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResidentsTest {
    private static final int PEERS = 20;
    private static final Duration UPTIME = Duration.ofMinutes(10);

    private final SimulatedNetwork network = new SimulatedNetwork(3, SignatureMode.REPLACED);
    private final List<Resident> everybody = new ArrayList<>();
    private final Map<Resident, InetAddress> homes = new LinkedHashMap<>();
    private final Residents residents = new Residents(
            network,
            Population.STANDING.withMeanUptime(UPTIME),
            List.of(at("198.51.100.1:6421")),
            new AddressPlan(network.random()),
            new NatWatch(network));

    ResidentsTest() {
        residents.onArrival(resident -> {
            everybody.add(resident);
            homes.put(resident, resident.outside());
        });
        residents.arrive(PEERS, Duration.ofMinutes(1));
    }

    private long present() {
        return everybody.stream().filter(Resident::isPresent).count();
    }

    @Test
    void whoHasLeftIsRememberedForAnHourAndThenOnlyHisAddressIs() {
        network.runFor(Duration.ofHours(1));
        List<Resident> ofTheFirstHour = List.copyOf(everybody);
        List<Resident> goneInTheFirstHour =
                everybody.stream().filter(resident -> !resident.isPresent()).toList();
        assertThat(goneInTheFirstHour)
                .hasSizeGreaterThan(PEERS)
                .filteredOn(gone -> gone.placement() == Placement.PUBLIC)
                .isNotEmpty()
                .allSatisfy(gone -> assertThat(residents.at(gone.address())).isSameAs(gone));

        network.runFor(Residents.MEMORY.plusMinutes(1));

        for (Resident gone : goneInTheFirstHour) {
            assertThat(residents.all()).doesNotContain(gone);
            assertThat(residents.hasLivedAt(homes.get(gone))).isTrue();
            assertThat(residents.isExitAt(homes.get(gone))).isEqualTo(gone.isExit());
        }
        assertThat(present()).isBetween(PEERS - 3L, (long) PEERS);
        for (Resident resident : ofTheFirstHour) {
            assertThat(resident.isPresent() && !residents.all().contains(resident))
                    .isFalse();
        }
    }

    @Test
    void theSimulatorsMemoryOfThemStaysTheSameForHours() {
        network.runFor(Duration.ofHours(2));
        int early = residents.all().size();
        network.runFor(Duration.ofHours(6));

        assertThat(everybody).hasSizeGreaterThan(3 * early);
        assertThat(residents.all().size()).isLessThan(early * 3 / 2);
    }

    @Test
    void whoeverMovesInBehindAForgottenNeighboursRouterIsReached() {
        network.runFor(Duration.ofHours(4));

        for (Resident resident : residents.all()) {
            if (resident.isPresent()) {
                assertThat(network.hasSomebodyAt(resident.outside()))
                        .as(resident.describe())
                        .isTrue();
            }
        }
        assertThat(homes.values()).anyMatch(home -> !network.hasSomebodyAt(home));
    }
}
