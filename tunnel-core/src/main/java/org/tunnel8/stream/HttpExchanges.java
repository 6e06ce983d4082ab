package org.tunnel8.stream;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.KeyTraffic;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.cell.HttpResponse;

/**
 * A client's HTTP exchanges, and which parts of answers belong to which of them (D9).
 *
 * <p>Engine thread only. Bounded: exchanges at a time, and what each may hold.
 */
public final class HttpExchanges {
    /** Exchanges at a time; with {@link HttpParts#MAX_BYTES} each, 16 MiB of answers. */
    static final int MAX_EXCHANGES = 64;
    /** With the longest name, three layers and the frame it fits into 2,048 bytes (D4). */
    public static final int MAX_REQUEST_BYTES = 1_600;
    /** A name of the DNS has at most 253 characters. */
    public static final int MAX_HOST_BYTES = 255;

    private final HttpRoutes routes;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final Counters counters;
    private final Set<HttpExchange> running = new LinkedHashSet<>();
    private final Map<Question, HttpExchange> asked = new HashMap<>();
    private boolean stopped;

    /** A request under way: an answer is taken only over the circuit that it went out by. */
    private record Question(int circuitId, int identifier) {}

    /**
     * Makes a table without exchanges.
     *
     * @param routes where circuits come from
     * @param deadlines the engine's time
     * @param random where identifiers come from
     * @param counters where drops are counted
     */
    public HttpExchanges(HttpRoutes routes, Deadlines deadlines, RandomGenerator random, Counters counters) {
        this.routes = routes;
        this.deadlines = deadlines;
        this.random = random;
        this.counters = counters;
    }

    /**
     * Begins an exchange. The listener may hear of a failure before this returns.
     *
     * @param target the server; a name is passed on unresolved
     * @param request what the exit is to write to it
     * @param limitNanos when to give up at the latest
     * @param isolationKey exchanges and flows of other keys never share its circuits; null for those that need no isolation
     * @param listener hears how it ends
     * @return the exchange
     * @throws IllegalArgumentException if the request or the name is too long for one cell
     */
    public HttpExchange start(
            Address target, ByteString request, long limitNanos, @Nullable String isolationKey, HttpListener listener) {
        boolean isNameTooLong = target instanceof HostAddress host && host.hostBytes() > MAX_HOST_BYTES;
        if (isNameTooLong || request.length() > MAX_REQUEST_BYTES) {
            throw new IllegalArgumentException("a request must fit into one cell");
        }
        HttpExchange exchange = new HttpExchange(this, deadlines, target, request, limitNanos, isolationKey, listener);
        if (stopped || running.size() >= MAX_EXCHANGES) {
            exchange.fail(stopped ? HttpFailure.STOPPED : HttpFailure.TOO_MANY);
        } else {
            running.add(exchange);
            exchange.look();
        }
        return exchange;
    }

    /**
     * Takes a part of an answer.
     *
     * @param circuitId the circuit that it came by
     * @param response the part
     */
    public void onResponse(int circuitId, HttpResponse response) {
        HttpExchange exchange = asked.get(new Question(circuitId, response.identifier()));
        if (exchange == null) {
            drop(DropReason.UNSOLICITED);
        } else {
            exchange.onPart(response);
        }
    }

    /** Learns that a circuit has become ready. */
    public void routesChanged() {
        for (HttpExchange exchange : List.copyOf(running)) {
            exchange.look();
        }
    }

    /**
     * Learns that a circuit has ended.
     *
     * @param circuitId its id
     */
    public void onRouteLost(int circuitId) {
        for (HttpExchange exchange : List.copyOf(running)) {
            HttpRoute route = exchange.route();
            if (route != null && route.circuitId() == circuitId) {
                exchange.onRouteLost();
            }
        }
    }

    /** Ends all exchanges; none begins any more. */
    public void stop() {
        stopped = true;
        for (HttpExchange exchange : List.copyOf(running)) {
            exchange.fail(HttpFailure.STOPPED);
        }
    }

    /**
     * How full the table is.
     *
     * @return exchanges that are running
     */
    public TableSize table() {
        return new TableSize("own HTTP exchanges", running.size(), MAX_EXCHANGES);
    }

    /**
     * How many exchanges are running.
     *
     * @return 0 to 64
     */
    public int running() {
        return running.size();
    }

    HttpRoutes routes() {
        return routes;
    }

    /** Draws the identifier of a new question, which no other has on that circuit. */
    int register(HttpExchange exchange, HttpRoute over) {
        int identifier = random.nextInt();
        while (asked.putIfAbsent(new Question(over.circuitId(), identifier), exchange) != null) {
            identifier = random.nextInt();
        }
        return identifier;
    }

    void unregister(HttpRoute left, int identifier) {
        asked.remove(new Question(left.circuitId(), identifier));
    }

    void ended(HttpExchange exchange) {
        running.remove(exchange);
    }

    KeyTraffic keys() {
        return counters.keys();
    }

    void drop(DropReason reason) {
        counters.dropped(reason);
    }
}
