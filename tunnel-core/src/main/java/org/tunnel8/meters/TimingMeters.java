package org.tunnel8.meters;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.engine.Timings;

/**
 * The histograms. A registry may take its time over a recording, so that is done on a thread of its own; what comes faster
 * than that is lost, and counted.
 */
final class TimingMeters implements Timings {
    /** What a circuit takes on a good line, up to the longest that is waited for. */
    private static final Duration[] BUILD_BOUNDS = millis(100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

    private static final Duration[] HOP_BOUNDS = millis(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);
    private static final Duration[] ROUND_TRIP_BOUNDS = millis(10, 25, 50, 100, 250, 500, 1_000, 2_500);

    private final CallbackThread thread;
    private final List<Timer> builds = new ArrayList<>();
    private final List<Timer> hops = new ArrayList<>();
    private final List<Map<Failure, Timer>> failures = new ArrayList<>();
    private final List<Timer> roundTrips = new ArrayList<>();
    private final Timer peerRoundTrips;
    private final List<Map<CloseReason, AtomicLong>> closed = new ArrayList<>();

    /** Why a hop was not added; what else ends a circuit meanwhile is one. */
    private enum Failure {
        UNANSWERED,
        HANDSHAKE_FAILED,
        DESTROYED,
        OTHER;

        static Failure of(CloseReason reason) {
            return switch (reason) {
                case FIRST_HOP_SILENT, EXTEND_TIMED_OUT -> UNANSWERED;
                case HANDSHAKE_FAILED -> HANDSHAKE_FAILED;
                case DESTROYED -> DESTROYED;
                default -> OTHER;
            };
        }
    }

    TimingMeters(Registrar registrar, CallbackThread thread, boolean hasCircuits) {
        this.thread = thread;
        this.peerRoundTrips =
                registrar.timer("tunnel8.peer.round.trip", "from a question to a peer's answer", ROUND_TRIP_BOUNDS);
        registrar.counter("tunnel8.measurements.lost", null, "measurements that came too fast", thread::lost);
        for (int i = 1; hasCircuits && i <= CircuitSettings.MAX_HOPS; i++) {
            circuits(registrar, Integer.toString(i));
            closed(registrar, Integer.toString(i));
        }
    }

    private static Duration[] millis(long... bounds) {
        return Arrays.stream(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    private void circuits(Registrar registrar, String number) {
        builds.add(registrar.timer(
                "tunnel8.circuit.build",
                "from a circuit's first create until it was ready",
                BUILD_BOUNDS,
                "hops",
                number));
        hops.add(registrar.timer("tunnel8.hop.build", "what a hop took to be added", HOP_BOUNDS, "position", number));
        Map<Failure, Timer> failed = new EnumMap<>(Failure.class);
        for (Failure failure : Failure.values()) {
            failed.put(
                    failure,
                    registrar.timer(
                            "tunnel8.hop.failures",
                            "after what time a hop was given up",
                            HOP_BOUNDS,
                            "position",
                            number,
                            "reason",
                            Registrar.value(failure)));
        }
        failures.add(failed);
        roundTrips.add(registrar.timer(
                "tunnel8.circuit.round.trip", "to the last hop and back", ROUND_TRIP_BOUNDS, "hops", number));
    }

    private void closed(Registrar registrar, String number) {
        Map<CloseReason, AtomicLong> counts = new EnumMap<>(CloseReason.class);
        for (CloseReason reason : CloseReason.values()) {
            AtomicLong count = new AtomicLong();
            counts.put(reason, count);
            registrar.counter(
                    "tunnel8.circuits.closed",
                    null,
                    "own circuits that ended",
                    count::getOpaque,
                    "hops",
                    number,
                    "reason",
                    Registrar.value(reason));
        }
        closed.add(counts);
    }

    private void record(Timer timer, long nanos) {
        thread.execute(() -> timer.record(nanos, TimeUnit.NANOSECONDS));
    }

    @Override
    public void circuitReady(int hopCount, long tookNanos) {
        record(builds.get(hopCount - 1), tookNanos);
    }

    @Override
    public void circuitClosed(int hopCount, CloseReason reason) {
        AtomicLong count = Objects.requireNonNull(closed.get(hopCount - 1).get(reason));
        count.setOpaque(count.getPlain() + 1); // the engine's thread alone writes
    }

    @Override
    public void hopAdded(int position, long tookNanos) {
        record(hops.get(position - 1), tookNanos);
    }

    @Override
    public void hopFailed(int position, CloseReason reason, long afterNanos) {
        record(Objects.requireNonNull(failures.get(position - 1).get(Failure.of(reason))), afterNanos);
    }

    @Override
    public void circuitRoundTrip(int hopCount, long nanos) {
        record(roundTrips.get(hopCount - 1), nanos);
    }

    @Override
    public void peerRoundTrip(long nanos) {
        record(peerRoundTrips, nanos);
    }
}
