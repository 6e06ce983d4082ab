package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A time in which flows go over the measured client's circuits, with what is measured of them. Used once. */
final class LoadCourse {
    /** What is under way when the flows end has this long to come out. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Scenario scenario;
    private final SimulatedNetwork network;
    private final CircuitWatch circuits;
    private final Notes notes;
    private final List<MeasuredFlow> flows = new ArrayList<>();
    private final @Nullable RelayKiller killer;

    /** Opens the flows. */
    LoadCourse(
            Scenario scenario,
            Residents residents,
            SimulatedNode client,
            CircuitWatch circuits,
            LeakWatch leaks,
            Notes notes,
            AddressPlan addresses) {
        this.scenario = scenario;
        this.network = client.network();
        this.circuits = circuits;
        this.notes = notes;
        Load load = scenario.load();
        for (int i = 0; i < load.flows(); i++) {
            String isolationKey = load.flows() == 1 ? null : "flow " + i;
            MeasuredFlow flow = new MeasuredFlow(client, network.host(addresses.fresh()), load, isolationKey);
            flows.add(flow);
            leaks.watch(flow);
        }
        circuits.flowsBegin();
        this.killer = load.killer() == Killer.NONE
                ? null
                : new RelayKiller(network, residents, circuits, flows, load.killer(), notes);
    }

    /** Lets the flows run, ends them, and writes down what was seen. */
    void play(Consumer<Duration> pass, Map<Criterion, Measurement> measured, Map<Ratio, Quotient> ratios) {
        pass.accept(scenario.observed().minus(DRAIN));
        circuits.flowsEnd();
        if (killer != null) {
            killer.stop();
            measured.put(Criterion.SILENCES, killer.silences());
        }
        flows.forEach(MeasuredFlow::end);
        pass.accept(DRAIN);
        measure(measured);
        ratios.put(
                Ratio.LOST,
                Quotient.pooled(flows.stream().map(MeasuredFlow::lost).toList()));
        ratios.put(
                Ratio.TWICE,
                Quotient.pooled(flows.stream().map(MeasuredFlow::twice).toList()));
        ratios.put(
                Ratio.TWICE_LATE,
                Quotient.pooled(flows.stream().map(MeasuredFlow::twiceLate).toList()));
    }

    private void measure(Map<Criterion, Measurement> measured) {
        List<Duration> interruptions = new ArrayList<>();
        for (MeasuredFlow flow : flows) {
            for (Deliveries.Silence silence : flow.interruptions()) {
                Duration length = Duration.ofNanos(silence.nanos());
                interruptions.add(length);
                notes.at(silence.fromNanos(), "a flow was interrupted for " + Notes.seconds(silence.nanos()));
            }
        }
        Duration longest = interruptions.stream().max(Duration::compareTo).orElse(Duration.ZERO);
        Long disturbed = circuits.disturbedNanos();
        if (disturbed != null) {
            notes.at(disturbed, "a circuit in use ended or was left");
        }
        boolean calm = disturbed == null && interruptions.isEmpty();
        measured.put(Criterion.INTERRUPTIONS, new Measurement(interruptions, interruptions.size()));
        measured.put(Criterion.LONGEST_INTERRUPTION, Measurement.once(Optional.of(longest)));
        measured.put(Criterion.UNDISTURBED, Measurement.once(calm ? Optional.of(Duration.ZERO) : Optional.empty()));
    }
}
