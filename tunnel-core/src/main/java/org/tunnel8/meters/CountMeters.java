package org.tunnel8.meters;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.KeyTraffic;
import org.tunnel8.metrics.PacketCounts.Direction;

/** What an engine counts besides its packets. Read from its counters as they are. */
final class CountMeters {
    private final Registrar registrar;
    private final Supplier<Counters> counters;

    CountMeters(Registrar registrar, Supplier<Counters> counters, boolean hasCircuits, boolean servesOthers) {
        this.registrar = registrar;
        this.counters = counters;
        for (DropReason reason : DropReason.values()) {
            drop(reason);
        }
        count("tunnel8.signatures.checked", null, "signatures of others that were checked", Kind.SIGNATURES_CHECKED);
        if (hasCircuits) {
            data();
            streams();
            keys();
        }
        if (servesOthers) {
            lent();
        }
    }

    private void drop(DropReason reason) {
        registrar.counter(
                "tunnel8.drops",
                null,
                "what was dropped",
                () -> counters.get().drops(reason),
                "source",
                "engine",
                "reason",
                Registrar.value(reason));
    }

    private void count(String name, @Nullable String unit, String what, Kind kind, String... tags) {
        registrar.counter(name, unit, what, () -> counters.get().traffic(kind), tags);
    }

    private void both(String name, @Nullable String unit, String what, Kind received, Kind sent) {
        count(name, unit, what, received, "direction", Registrar.value(Direction.RECEIVED));
        count(name, unit, what, sent, "direction", Registrar.value(Direction.SENT));
    }

    private void data() {
        both(
                "tunnel8.data.packets",
                null,
                "application datagrams through own circuits",
                Kind.DATA_PACKETS_RECEIVED,
                Kind.DATA_PACKETS_SENT);
        both("tunnel8.data.bytes", Registrar.BYTES, "their payload", Kind.DATA_BYTES_RECEIVED, Kind.DATA_BYTES_SENT);
    }

    private void streams() {
        String begun = "tunnel8.streams.begun";
        count(begun, null, "streams that began, or were to", Kind.STREAMS_BEGUN, "origin", "own");
        count(begun, null, "streams that began, or were to", Kind.STREAMS_ACCEPTED, "origin", "other");
        ended("closed", Kind.STREAMS_CLOSED);
        ended("reset", Kind.STREAMS_RESET);
        ended("unanswered", Kind.STREAMS_UNANSWERED);
        ended("timed-out", Kind.STREAMS_TIMED_OUT);
        ended("broken-off", Kind.STREAMS_BROKEN_OFF);
        ended("moved", Kind.STREAMS_MOVED);
        ended("flow-closed", Kind.STREAMS_FLOW_CLOSED);
        ended("too-many", Kind.STREAMS_TOO_MANY);
        registrar.gauge("tunnel8.streams.open", null, "streams over circuits", this::openStreams);
        both(
                "tunnel8.streams.packets",
                null,
                "packets of streams",
                Kind.STREAM_PACKETS_RECEIVED,
                Kind.STREAM_PACKETS_SENT);
        both(
                "tunnel8.streams.bytes",
                Registrar.BYTES,
                "bytes of streams",
                Kind.STREAM_BYTES_RECEIVED,
                Kind.STREAM_BYTES_SENT);
        count(
                "tunnel8.streams.retransmissions",
                null,
                "packets with data that were sent again",
                Kind.STREAM_RETRANSMISSIONS);
        count("tunnel8.streams.timeouts", null, "time-outs without an acknowledgement", Kind.STREAM_TIMEOUTS);
    }

    private void ended(String reason, Kind kind) {
        count("tunnel8.streams.ended", null, "streams that ended", kind, "reason", reason);
    }

    private double openStreams() {
        Counters now = counters.get();
        long ended = now.traffic(Kind.STREAMS_CLOSED)
                + now.traffic(Kind.STREAMS_RESET)
                + now.traffic(Kind.STREAMS_UNANSWERED)
                + now.traffic(Kind.STREAMS_TIMED_OUT)
                + now.traffic(Kind.STREAMS_BROKEN_OFF)
                + now.traffic(Kind.STREAMS_MOVED)
                + now.traffic(Kind.STREAMS_FLOW_CLOSED)
                + now.traffic(Kind.STREAMS_TOO_MANY);
        // Ends are read before beginnings, so that what happens meanwhile makes it no less than zero.
        return now.traffic(Kind.STREAMS_BEGUN) + now.traffic(Kind.STREAMS_ACCEPTED) - ended;
    }

    private void keys() {
        for (int label = KeyTraffic.NO_KEY; label <= KeyTraffic.OTHER_KEYS; label++) {
            for (Direction direction : Direction.values()) {
                keyed(direction, label);
            }
        }
    }

    private void keyed(Direction direction, int label) {
        String[] tags = {"direction", Registrar.value(direction), "key", nameOf(label)};
        registrar.counter(
                "tunnel8.isolation.packets",
                null,
                "messages by isolation key",
                () -> counters.get().keys().packets(direction, label),
                tags);
        registrar.counter(
                "tunnel8.isolation.bytes",
                Registrar.BYTES,
                "their payload by isolation key",
                () -> counters.get().keys().bytes(direction, label),
                tags);
    }

    static String nameOf(int label) {
        return switch (label) {
            case KeyTraffic.NO_KEY -> "none";
            case KeyTraffic.OTHER_KEYS -> "other";
            default -> Integer.toString(label);
        };
    }

    private void lent() {
        count("tunnel8.relay.cells", null, "cells taken in to be passed on", Kind.CELLS_RELAYED);
        count("tunnel8.relay.bytes", Registrar.BYTES, "their bytes", Kind.CELL_BYTES_RELAYED);
        both(
                "tunnel8.exit.packets",
                null,
                "datagrams of others to and from the outside",
                Kind.EXIT_PACKETS_RECEIVED,
                Kind.EXIT_PACKETS_SENT);
        both("tunnel8.exit.bytes", Registrar.BYTES, "their payload", Kind.EXIT_BYTES_RECEIVED, Kind.EXIT_BYTES_SENT);
        count("tunnel8.exit.http.replies", null, "answers of HTTP servers passed back", Kind.EXIT_HTTP_REPLIES);
        count("tunnel8.exit.http.bytes", Registrar.BYTES, "their bytes", Kind.EXIT_HTTP_REPLY_BYTES);
    }
}
