package org.tunnel8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DirectConsent.Scope;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.Permit;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.proxy.StreamTunnel;
import org.tunnel8.proxy.StreamTunnel.Acceptor;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;
import org.tunnel8.stream.StreamMemory;
import org.tunnel8.stream.UtpEnd;
import org.tunnel8.stream.UtpEndpoint;
import org.tunnel8.stream.UtpListener;
import org.tunnel8.stream.UtpOutput;
import org.tunnel8.stream.UtpSettings;
import org.tunnel8.stream.UtpStream;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * Streams over one flow of datagrams. Those that are begun while there is no circuit wait for one, or go directly after a while
 * if a lease is for them; when the flow moves to another exit all that it carries end, since their other sides know them by
 * the first. Loop thread only.
 */
final class StreamFlow implements FlowTable.Receiver, UtpOutput {
    /** So long a stream waits for a circuit; as long again, the other side may take to answer. */
    static final long CIRCUIT_WAIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** So long a stream that may go directly waits for a circuit. */
    private static final long DIRECT_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** What a datagram may have where it leaves (D4), and what is in front of it: cell, data, and 24 for each layer. */
    private static final int MAX_UDP_BYTES = 1_472;

    private static final int CELL_BYTES = 29;
    private static final int DATA_IPV4_BYTES = 15;
    private static final int DATA_IPV6_BYTES = 27;
    private static final int DATA_NAME_BYTES = 13;
    private static final int LAYER_BYTES = 24;

    private final EngineDriver driver;
    private final OwnUplink uplink;
    private final DirectLeases leases;
    private final @Nullable String isolationKey;
    private final int hops;
    private final Runnable onIdle;
    private final FlowTable.Flow flow;
    private final UtpEndpoint endpoint;
    /** When each began to wait. */
    private final Map<CarriedStream, Long> waiting = new LinkedHashMap<>();

    private int open;
    private long idleNanos;

    StreamFlow(
            EngineDriver driver,
            OwnUplink uplink,
            StreamMemory memory,
            DirectLeases leases,
            @Nullable String isolationKey,
            int hops,
            Runnable onIdle) {
        this.driver = driver;
        this.uplink = uplink;
        this.leases = leases;
        this.isolationKey = isolationKey;
        this.hops = hops;
        this.onIdle = onIdle;
        this.endpoint = driver.engine().newStreams(this, UtpSettings.DEFAULTS, memory);
        this.flow = driver.engine().openFlow(this, isolationKey, hops);
    }

    /** Begins a stream, now or when there is a circuit. */
    void begin(CarriedStream stream) {
        open++;
        if (flow.isCarried()) {
            connect(stream);
        } else if (waiting.size() >= UtpSettings.DEFAULT_MAX_STREAMS) {
            end(stream, StreamEnd.TOO_MANY);
        } else {
            waiting.put(stream, driver.nowNanos());
            Cancellable direct = driver.loop().schedule(this::considerDirect, DIRECT_WAIT_NANOS);
            Cancellable limit = driver.loop().schedule(() -> giveUp(stream), CIRCUIT_WAIT_NANOS);
            stream.waits(() -> {
                limit.cancel();
                direct.cancel();
                if (waiting.remove(stream) != null) {
                    ended();
                }
            });
        }
    }

    private void giveUp(CarriedStream stream) {
        if (waiting.remove(stream) != null) {
            end(stream, StreamEnd.NO_CIRCUIT);
        }
    }

    private void connect(CarriedStream stream) {
        Listener listener = new Listener(stream);
        // The engine's clock may stand where the last datagram left it, and limit and round trip would count from
        // there.
        driver.engine();
        UtpStream begun = endpoint.connect(stream.target(), listener);
        if (!listener.isOver) {
            stream.carriedBy(new OverUtp(begun));
        }
    }

    /** Has streams that have waited long enough go directly, where a lease is for them. */
    void considerDirect() {
        if (waiting.isEmpty() || flow.isCarried()) {
            circuitReady();
            return;
        }
        for (Map.Entry<CarriedStream, Long> entry : List.copyOf(waiting.entrySet())) {
            CarriedStream stream = entry.getKey();
            if (driver.nowNanos() - entry.getValue() >= DIRECT_WAIT_NANOS
                    && waiting.containsKey(stream)
                    && DirectOutside.isAllowed(stream.target())) {
                Permit permit = leases.permit(Scope.STREAMS, isolationKey);
                if (permit == null || leases.outside().streams() >= DirectOutside.MAX_STREAMS) {
                    return;
                }
                waiting.remove(stream);
                stream.waitsNoMore();
                leases.used(permit, Scope.STREAMS);
                DirectStream.begin(permit, leases.outside(), uplink, stream, this::ended);
            }
        }
    }

    /** A stream of uTP as what carries one of the application. */
    private record OverUtp(UtpStream stream) implements StreamTunnel.Stream {
        @Override
        public int write(byte[] buffer, int offset, int length) {
            return stream.write(buffer, offset, length);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return stream.read(buffer, offset, length);
        }

        @Override
        public void shutdownOutput() {
            stream.shutdownOutput();
        }

        @Override
        public void reset() {
            stream.reset();
        }
    }

    private void end(CarriedStream stream, StreamEnd why) {
        ended();
        stream.fail(why);
    }

    private void ended() {
        open--;
        if (open == 0) {
            idleNanos = driver.nowNanos();
            onIdle.run();
        }
    }

    int open() {
        return open;
    }

    boolean isIdleSince(long nanos) {
        return open == 0 && idleNanos <= nanos;
    }

    void circuitReady() {
        if (!waiting.isEmpty() && flow.isCarried()) {
            List<CarriedStream> ready = List.copyOf(waiting.keySet());
            waiting.clear();
            for (CarriedStream stream : ready) {
                stream.waitsNoMore();
                connect(stream);
            }
            driver.rearm();
        }
    }

    void accept(@Nullable Acceptor acceptor) {
        if (acceptor == null) {
            endpoint.accept(null);
            return;
        }
        endpoint.accept(origin -> {
            CarriedStream stream = new CarriedStream(driver, origin, null);
            StreamListener listener = acceptor.onIncoming(stream);
            if (listener == null) {
                return null;
            }
            stream.heardBy(listener);
            open++;
            return new Listener(stream);
        });
    }

    void close() {
        List<CarriedStream> left = List.copyOf(waiting.keySet());
        waiting.clear();
        for (CarriedStream stream : left) {
            stream.waitsNoMore();
            end(stream, StreamEnd.TUNNEL_CLOSED);
        }
        driver.engine();
        endpoint.close();
        flow.close();
    }

    /** Tells one stream's user what uTP tells. */
    private final class Listener implements UtpListener {
        private final CarriedStream stream;
        private boolean isOver;

        Listener(CarriedStream stream) {
            this.stream = stream;
        }

        @Override
        public void onConnected(UtpStream connected) {
            stream.carriedBy(new OverUtp(connected));
            stream.opened();
        }

        @Override
        public void onReadable(UtpStream readable) {
            stream.readable();
        }

        @Override
        public void onWritable(UtpStream writable) {
            stream.writable();
        }

        @Override
        public void onRemoteFinished(UtpStream finished) {
            stream.readable();
        }

        @Override
        public void onEnded(UtpStream over, UtpEnd end) {
            isOver = true;
            ended();
            switch (end) {
                case CLOSED -> stream.fail(StreamEnd.CLOSED);
                case RESET -> stream.fail(StreamEnd.RESET);
                case UNANSWERED -> stream.fail(StreamEnd.UNANSWERED);
                case TIMED_OUT -> stream.fail(StreamEnd.TIMED_OUT);
                case MOVED -> stream.fail(StreamEnd.MOVED);
                case TOO_MANY -> stream.fail(StreamEnd.TOO_MANY);
                case FLOW_CLOSED -> stream.fail(StreamEnd.TUNNEL_CLOSED);
                // Whoever breaks a stream off knows that.
                case LOCAL -> stream.over();
            }
        }
    }

    // What comes over the flow

    @Override
    public void onDatagram(Address origin, byte[] buffer, int offset, int length) {
        if (!endpoint.onDatagram(origin, buffer, offset, length)) {
            driver.engine().counters().dropped(DropReason.NO_FLOW);
        }
    }

    @Override
    public void onMoved(boolean onAnother) {
        endpoint.abortAll(UtpEnd.MOVED);
    }

    // What leaves over it

    @Override
    public int maxDatagramBytes(Address target) {
        int data = DATA_IPV4_BYTES;
        if (target instanceof HostAddress name) {
            data = DATA_NAME_BYTES + name.hostBytes();
        } else if (target instanceof IpAddress ip && !ip.isIpv4()) {
            data = DATA_IPV6_BYTES;
        }
        return MAX_UDP_BYTES - CELL_BYTES - data - hops * LAYER_BYTES;
    }

    @Override
    public boolean hasRoom() {
        return uplink.hasRoom();
    }

    @Override
    public void whenRoom(Runnable action) {
        uplink.whenRoom(() -> {
            action.run();
            driver.rearm();
        });
    }

    @Override
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        return uplink.send(driver.engine(), flow, target, buffer, offset, length);
    }
}
