package org.tunnel8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.StreamTunnel;
import org.tunnel8.stream.StreamMemory;
import org.tunnel8.wire.Address;

/**
 * The streams of a client: for each isolation key and number of hops a flow of its own with uTP over it.
 *
 * <p>A flow is opened with its first stream and closed some time after its last, so that what comes next finds a circuit
 * ready. Loop thread only.
 */
final class StreamFlows implements StreamTunnel {
    /** Keys in use at a time. There are circuits for a few of them only. */
    private static final int MAX_FLOWS = 64;

    /** So long a flow without streams is kept, and its circuit with it. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final EngineDriver driver;
    private final OwnUplink uplink;
    private final DirectLeases leases;
    private final int usualHops;
    private final StreamMemory memory = new StreamMemory(StreamMemory.DEFAULT_BYTES);
    private final Map<Way, StreamFlow> flows = new HashMap<>();
    private @Nullable Acceptor acceptor;
    private boolean closed;

    private record Way(@Nullable String isolationKey, int hops) {}

    StreamFlows(EngineDriver driver, OwnUplink uplink, DirectLeases leases, int usualHops) {
        this.driver = driver;
        this.uplink = uplink;
        this.leases = leases;
        this.usualHops = CircuitSettings.requireHops(usualHops);
    }

    @Override
    public Stream connect(Address target, @Nullable String isolationKey, StreamListener listener) {
        return connect(target, isolationKey, usualHops, listener);
    }

    Stream connect(Address target, FlowOptions options, StreamListener listener) {
        return connect(
                target, options.isolationKey().orElse(null), options.hops().orElse(usualHops), listener);
    }

    private Stream connect(Address target, @Nullable String isolationKey, int hops, StreamListener listener) {
        CarriedStream stream = new CarriedStream(driver, target, listener);
        Way way = new Way(isolationKey, hops);
        if (closed) {
            stream.fail(StreamEnd.TUNNEL_CLOSED);
        } else if (!flows.containsKey(way) && flows.size() >= MAX_FLOWS) {
            stream.fail(StreamEnd.TOO_MANY);
        } else {
            flow(way).begin(stream);
            driver.rearm();
        }
        return stream;
    }

    private StreamFlow flow(Way way) {
        StreamFlow known = flows.get(way);
        if (known == null) {
            known = new StreamFlow(driver, uplink, memory, leases, way.isolationKey, way.hops, () -> idle(way));
            flows.put(way, known);
        }
        return known;
    }

    /** A flow has lost its last stream. */
    private void idle(Way way) {
        var unused = driver.loop().schedule(() -> closeIfIdle(way), KEEP_NANOS);
    }

    private void closeIfIdle(Way way) {
        StreamFlow flow = flows.get(way);
        boolean accepts = acceptor != null && way.equals(shared());
        if (flow != null && !accepts && flow.isIdleSince(driver.nowNanos() - KEEP_NANOS)) {
            flows.remove(way);
            flow.close();
            driver.rearm();
        }
    }

    private Way shared() {
        return new Way(null, usualHops);
    }

    @Override
    public void accept(@Nullable Acceptor decider) {
        acceptor = decider;
        if (closed) {
            return;
        }
        if (decider != null) {
            flow(shared()).accept(decider);
        } else if (flows.containsKey(shared())) {
            Objects.requireNonNull(flows.get(shared())).accept(null);
            idle(shared());
        }
        driver.rearm();
    }

    /** A circuit has become ready: streams that wait for one may begin. */
    void circuitReady() {
        List.copyOf(flows.values()).forEach(StreamFlow::circuitReady);
    }

    /** Something may go directly that may not have before. */
    void considerDirect() {
        List.copyOf(flows.values()).forEach(StreamFlow::considerDirect);
        driver.rearm();
    }

    /** Streams that are open or wait for a circuit, by isolation key. */
    int open() {
        return flows.values().stream().mapToInt(StreamFlow::open).sum();
    }

    /** Ends all streams, whose other sides get a RESET as far as there are circuits, and takes no more. */
    void close() {
        closed = true;
        List<StreamFlow> ending = new ArrayList<>(flows.values());
        flows.clear();
        ending.forEach(StreamFlow::close);
    }
}
