package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.crypto.PublicKey;

/** Has relays or exits of circuits that carry flows die, one after the other, and notes how long each death silences them. */
final class RelayKiller {
    private final SimulatedNetwork network;
    private final Residents residents;
    private final CircuitWatch circuits;
    private final List<MeasuredFlow> flows;
    private final Killer whom;
    private final Consumer<String> notes;
    private final SeededRandom random;
    private final List<Duration> silences = new ArrayList<>();
    private boolean running = true;
    private boolean hasKilled;

    RelayKiller(
            SimulatedNetwork network,
            Residents residents,
            CircuitWatch circuits,
            List<MeasuredFlow> flows,
            Killer whom,
            Consumer<String> notes) {
        this.network = network;
        this.residents = residents;
        this.circuits = circuits;
        this.flows = List.copyOf(flows);
        this.whom = whom;
        this.notes = notes;
        this.random = network.random();
        network.after(Load.KILL_INTERVAL, this::kill);
    }

    private void kill() {
        if (!running) {
            return;
        }
        network.after(Load.KILL_INTERVAL, this::kill);
        closeBooks();
        Resident victim = victim();
        if (victim == null) {
            notes.accept("nobody to kill: no circuit carries a flow");
            return;
        }
        hasKilled = true;
        notes.accept("killed " + victim.describe());
        residents.kill(victim);
    }

    /** The last death's silence is over, or goes on into the next. */
    private void closeBooks() {
        long longest = 0;
        for (MeasuredFlow flow : flows) {
            longest = Math.max(longest, flow.takeLongestSilenceNanos());
        }
        if (hasKilled) {
            silences.add(Duration.ofNanos(longest));
            hasKilled = false;
        }
    }

    /** Somebody in the circuit that carries most, or in the next if all of that one's hops are dead already. */
    private @Nullable Resident victim() {
        for (Circuit circuit : circuits.inUse()) {
            List<PublicKey> hops = circuit.hopKeys();
            int exit = hops.size() - 1;
            List<PublicKey> candidates = whom == Killer.EXITS ? hops.subList(exit, exit + 1) : hops.subList(0, exit);
            List<Resident> alive = new ArrayList<>();
            for (PublicKey key : candidates) {
                Resident resident = residents.ownerOf(key);
                if (resident != null && resident.isPresent()) {
                    alive.add(resident);
                }
            }
            if (!alive.isEmpty()) {
                return alive.get(random.nextInt(alive.size()));
            }
        }
        return null;
    }

    /** No more deaths. */
    void stop() {
        running = false;
        closeBooks();
    }

    /** The longest silence after each death, also if it was no interruption. */
    Measurement silences() {
        return new Measurement(silences, silences.size());
    }
}
