package org.tunnel8.simulation;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Runs a {@link Scenario}, one seed at a time. Everything in a run is decided by scenario, modes and seed, so that the same
 * give the same {@link RunReport}, on every JDK.
 *
 * <p>Immutable and thread-safe: each run is made by the thread that asks for it, and runs of several threads do not
 * disturb each other.
 */
public final class Simulation {
    private final Scenario scenario;
    private final SignatureMode signatures;
    private final LayerMode layers;

    /**
     * A scenario with real or replaced signatures.
     *
     * @param scenario what is played
     * @param signatures what nodes sign with; results with replaced ones should say so
     */
    public Simulation(Scenario scenario, SignatureMode signatures) {
        this(scenario, signatures, LayerMode.REAL);
    }

    /**
     * A scenario with real or replaced signatures and layers.
     *
     * @param scenario what is played
     * @param signatures what nodes sign with; results with replaced ones should say so
     * @param layers what nodes seal cells with; the same holds
     */
    public Simulation(Scenario scenario, SignatureMode signatures, LayerMode layers) {
        this.layers = Objects.requireNonNull(layers);
        this.scenario = Objects.requireNonNull(scenario);
        this.signatures = Objects.requireNonNull(signatures);
    }

    /**
     * What is played.
     *
     * @return the scenario
     */
    public Scenario scenario() {
        return scenario;
    }

    /**
     * What nodes sign with.
     *
     * @return the mode
     */
    public SignatureMode signatures() {
        return signatures;
    }

    /**
     * What nodes seal cells with.
     *
     * @return the mode
     */
    public LayerMode layers() {
        return layers;
    }

    /**
     * Makes one run.
     *
     * @param seed any number
     * @return what it brought
     */
    public RunReport run(long seed) {
        return run(seed, () -> false);
    }

    /**
     * Makes one run that can be stopped.
     *
     * @param seed any number
     * @param stopped asked now and then, from the same thread
     * @return what the run brought
     * @throws java.util.concurrent.CancellationException if it was stopped before its end
     */
    public RunReport run(long seed, BooleanSupplier stopped) {
        return new SimulationRun(scenario, seed, new SimulatedNetwork(seed, signatures, layers), stopped).run();
    }
}
