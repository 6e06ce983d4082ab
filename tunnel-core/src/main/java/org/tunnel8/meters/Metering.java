package org.tunnel8.meters;

import java.util.List;
import java.util.function.Supplier;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.engine.Timings;
import org.tunnel8.metrics.TableSize;

/**
 * What keeps a client's or a node's meters. Names no type of Micrometer, so that everything works without its jar.
 *
 * <p>Thread-safe, where nothing else is said.
 */
public interface Metering {
    /** No meters. */
    Metering NONE = new Metering() {
        @Override
        public Timings timings() {
            return Timings.NONE;
        }

        @Override
        public void started(List<TableSize> tables) {}

        @Override
        public void close() {}
    };

    /** Makes the meters of a client or a node that is being made. */
    @FunctionalInterface
    interface Factory {
        /** Makes none. */
        Factory NONE = sources -> Metering.NONE;

        /**
         * Makes meters and registers them.
         *
         * @param sources what they read
         * @return to be closed with what they are of
         */
        Metering make(Sources sources);
    }

    /**
     * Makes meters for a driver that is closed if that fails, so that nothing is left of a client or node that is not made.
     *
     * @param maker makes them
     * @param driver the engine's
     * @return the meters
     */
    static Metering orClosed(Supplier<Metering> maker, EngineDriver driver) {
        try {
            return maker.get();
        } catch (RuntimeException e) {
            var unused = driver.close();
            throw e;
        }
    }

    /**
     * Who takes what the engine measures.
     *
     * @return the same object each time
     */
    Timings timings();

    /**
     * Learns which tables the engine has.
     *
     * @param tables as {@code TunnelEngine.tables()} names them
     */
    void started(List<TableSize> tables);

    /** Takes all meters out of the registry. Closing twice does no more. */
    void close();
}
