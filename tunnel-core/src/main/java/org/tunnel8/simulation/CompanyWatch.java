package org.tunnel8.simulation;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.crypto.PublicKey;

/**
 * Compares the hops of the measured client's circuits with what it would have drawn among all who are there, each as
 * likely as the next: the exit among exits, the others among relays that are none. Some of them, liars or slow ones, are
 * looked for.
 */
final class CompanyWatch {
    private final SimulatedNetwork network;
    private final Residents residents;
    private final CircuitWatch circuits;
    private final Predicate<Role> special;
    private final Consumer<String> notes;
    private final Map<String, Integer> secondsByKind = new TreeMap<>();
    private final Map<String, Integer> builtByKind = new TreeMap<>();
    private final Set<PublicKey> relaysChosen = new HashSet<>();
    private final Set<PublicKey> exitsChosen = new HashSet<>();
    private boolean running;
    private double seconds;
    private double secondsExpected;
    private double builds;
    private double buildsExpected;
    private double plainHops;
    private double plainHopsExpected;
    private int plainRelays;
    private int plainExits;

    /** Who is there now. */
    private record Census(int relays, int specialRelays, int exits, int specialExits) {
        /** The chance that a circuit has a special hop. */
        double uniform(int hops) {
            double none = exits == 0 ? 1 : 1 - (double) specialExits / exits;
            for (int taken = 0; taken < hops - 1 && relays > taken; taken++) {
                none *= Math.max(0, relays - specialRelays - taken) / (double) (relays - taken);
            }
            return 1 - none;
        }

        double plainHops(int hops) {
            double ends = exits == 0 ? 0 : 1 - (double) specialExits / exits;
            return ends + (relays == 0 ? 0 : (hops - 1) * (1 - (double) specialRelays / relays));
        }
    }

    CompanyWatch(
            SimulatedNetwork network,
            Residents residents,
            CircuitWatch circuits,
            Predicate<Role> special,
            Consumer<String> notes) {
        this.network = network;
        this.residents = residents;
        this.circuits = circuits;
        this.special = special;
        this.notes = notes;
        circuits.onReady(this::ready);
    }

    /** From now on it counts. */
    void begin() {
        running = true;
        look();
    }

    private void look() {
        if (!running) {
            return;
        }
        Census census = census();
        for (Circuit circuit : circuits.allReady()) {
            seconds += note(circuit, secondsByKind) ? 1 : 0;
            secondsExpected += census.uniform(circuit.hops());
        }
        network.quietlyAfter(CircuitWatch.LOOK, this::look);
    }

    private void ready(Circuit circuit) {
        if (!running) {
            return;
        }
        Census census = census();
        builds += note(circuit, builtByKind) ? 1 : 0;
        buildsExpected += census.uniform(circuit.hops());
        plainHopsExpected += census.plainHops(circuit.hops());
        for (PublicKey key : circuit.hopKeys()) {
            Resident hop = residents.ownerOf(key);
            if (hop == null || isSpecial(hop)) {
                continue;
            }
            plainHops++;
            if (hop.isExit()) {
                plainExits++;
                exitsChosen.add(key);
            } else {
                plainRelays++;
                relaysChosen.add(key);
            }
        }
    }

    /** Whether a circuit has a special hop; each counts under what it is. */
    private boolean note(Circuit circuit, Map<String, Integer> byKind) {
        boolean any = false;
        for (PublicKey key : circuit.hopKeys()) {
            Resident hop = residents.ownerOf(key);
            if (hop != null && isSpecial(hop)) {
                byKind.merge(hop.describe(), 1, Integer::sum);
                any = true;
            }
        }
        return any;
    }

    private boolean isSpecial(Resident resident) {
        Role role = resident.role();
        return role != null && special.test(role);
    }

    private Census census() {
        int[] counts = new int[4];
        for (Resident resident : residents.all()) {
            if (resident.isPresent() && resident.role() != null) {
                int at = resident.isExit() ? 2 : 0;
                counts[at]++;
                counts[at + 1] += isSpecial(resident) ? 1 : 0;
            }
        }
        return new Census(counts[0], counts[1], counts[2], counts[3]);
    }

    /** It counts no more, and tells. */
    Map<Ratio, Quotient> end() {
        running = false;
        notes.accept("special hops of ready circuits, in circuit seconds: " + secondsByKind + "; of those built: "
                + builtByKind);
        Census census = census();
        Map<Ratio, Quotient> ratios = new EnumMap<>(Ratio.class);
        ratios.put(Ratio.SPECIAL_TIME, new Quotient(seconds, secondsExpected));
        ratios.put(Ratio.SPECIAL_BUILT, new Quotient(builds, buildsExpected));
        ratios.put(Ratio.PLAIN_CHOSEN, new Quotient(plainHops, plainHopsExpected));
        ratios.put(
                Ratio.BREADTH,
                new Quotient(
                        relaysChosen.size() + exitsChosen.size(),
                        distinct(census.relays() - census.specialRelays(), plainRelays)
                                + distinct(census.exits() - census.specialExits(), plainExits)));
        return ratios;
    }

    /** How many different ones so many draws among so many are to be expected to bring. */
    private static double distinct(int among, int draws) {
        return among == 0 ? 0 : among * (1 - StrictMath.pow(1 - 1.0 / among, draws));
    }
}
