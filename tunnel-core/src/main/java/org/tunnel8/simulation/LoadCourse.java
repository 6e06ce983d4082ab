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

    /** The client's company is judged from then on, or for the second half of a shorter run. */
    private static final Duration LEARNING = Duration.ofMinutes(5);

    private static final double NANOS_PER_SECOND = 1e9;

    private final Scenario scenario;
    private final SimulatedNetwork network;
    private final CircuitWatch circuits;
    private final Notes notes;
    private final List<MeasuredFlow> flows = new ArrayList<>();
    private final @Nullable RelayKiller killer;
    private final @Nullable CompanyWatch company;

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
        this.company = company(residents);
        this.killer = load.killer() == Killer.NONE
                ? null
                : new RelayKiller(network, residents, circuits, flows, load.killer(), notes);
    }

    private @Nullable CompanyWatch company(Residents residents) {
        Population population = scenario.population();
        if (population.liars() > 0) {
            return new CompanyWatch(network, residents, circuits, role -> role.lie() != null, notes::sumUp);
        }
        return population.slow() > 0 ? new CompanyWatch(network, residents, circuits, Role::slow, notes::sumUp) : null;
    }

    /** Lets the flows run, ends them, and writes down what was seen. */
    void play(Consumer<Duration> pass, Map<Criterion, Measurement> measured, Map<Ratio, Quotient> ratios) {
        Duration flowing = scenario.observed().minus(DRAIN);
        Duration learning = shorter(LEARNING, flowing.dividedBy(2));
        pass.accept(learning);
        if (company != null) {
            company.begin();
        }
        pass.accept(flowing.minus(learning));
        circuits.flowsEnd();
        if (company != null) {
            ratios.putAll(company.end());
        }
        if (killer != null) {
            killer.stop();
            measured.put(Criterion.SILENCES, killer.silences());
        }
        flows.forEach(MeasuredFlow::end);
        pass.accept(DRAIN);
        measure(measured);
        ratios.put(Ratio.INTERRUPTED, interrupted(flowing));
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

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Quotient interrupted(Duration flowing) {
        double silent = 0;
        for (MeasuredFlow flow : flows) {
            for (Deliveries.Silence silence : flow.interruptions()) {
                silent += silence.nanos();
            }
        }
        return new Quotient(silent / NANOS_PER_SECOND, (double) flowing.toSeconds() * flows.size());
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
