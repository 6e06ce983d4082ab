package org.tunnel8.meters;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.metrics.PacketCounts.Direction;

/**
 * Packets and bytes by direction, message and what the other side is. What a side has no business to send has no meter of
 * its own: it is in that side's {@code other}, so that the sum is all there was.
 */
final class PacketMeters {
    private static final String PACKETS = "tunnel8.packets";
    private static final String BYTES = "tunnel8.bytes";
    private static final String OUTSIDE = "outside";

    private static final Set<MessageKind> WALK =
            EnumSet.range(MessageKind.INTRODUCTION_REQUEST, MessageKind.DHT_PING_RESPONSE);

    private final Registrar registrar;
    private final Supplier<Counters> counters;

    PacketMeters(Registrar registrar, Supplier<Counters> counters, boolean hasCircuits, boolean servesOthers) {
        this.registrar = registrar;
        this.counters = counters;
        for (Direction direction : Direction.values()) {
            register(direction, OtherSide.STRANGER);
            register(direction, OtherSide.BOOTSTRAP_SERVER);
            register(direction, OtherSide.PEER);
            if (hasCircuits) {
                register(direction, OtherSide.FIRST_HOP);
            }
            if (servesOthers) {
                register(direction, OtherSide.NEXT_HOP);
                register(direction, OtherSide.PREVIOUS_HOP);
            }
        }
        if (servesOthers) {
            outside(Direction.RECEIVED, Kind.EXIT_PACKETS_RECEIVED, Kind.EXIT_BYTES_RECEIVED);
            outside(Direction.SENT, Kind.EXIT_PACKETS_SENT, Kind.EXIT_BYTES_SENT);
        }
    }

    private void register(Direction direction, OtherSide side) {
        Set<MessageKind> apart = apart(direction, side);
        List<MessageKind> rest = new ArrayList<>();
        for (MessageKind kind : MessageKind.values()) {
            if (apart.contains(kind)) {
                register(direction, side, kind, List.of(kind));
            } else {
                rest.add(kind);
            }
        }
        register(direction, side, MessageKind.OTHER, rest);
    }

    private void register(Direction direction, OtherSide side, MessageKind as, List<MessageKind> kinds) {
        String[] tags = tags(direction, Registrar.value(as), Registrar.value(side));
        registrar.counter(
                PACKETS, null, "datagrams", () -> sum(kinds, kind -> packets().packets(direction, kind, side)), tags);
        registrar.counter(
                BYTES,
                Registrar.BYTES,
                "their UDP payload",
                () -> sum(kinds, kind -> packets().bytes(direction, kind, side)),
                tags);
    }

    private PacketCounts packets() {
        return counters.get().packets();
    }

    private void outside(Direction direction, Kind datagrams, Kind bytes) {
        String[] tags = tags(direction, Registrar.value(MessageKind.DATA), OUTSIDE);
        registrar.counter(PACKETS, null, "datagrams", () -> counters.get().traffic(datagrams), tags);
        registrar.counter(
                BYTES,
                Registrar.BYTES,
                "their UDP payload",
                () -> counters.get().traffic(bytes),
                tags);
    }

    private static String[] tags(Direction direction, String message, String peer) {
        return new String[] {"direction", Registrar.value(direction), "message", message, "peer", peer};
    }

    private static double sum(List<MessageKind> kinds, ToLongFunction<MessageKind> count) {
        return kinds.stream().mapToLong(count).sum();
    }

    private static Set<MessageKind> apart(Direction direction, OtherSide side) {
        boolean received = direction == Direction.RECEIVED;
        return switch (side) {
            case BOOTSTRAP_SERVER, PEER -> WALK;
            case STRANGER -> {
                Set<MessageKind> kinds = EnumSet.copyOf(WALK);
                if (received) {
                    kinds.addAll(EnumSet.of(MessageKind.CELL, MessageKind.CREATE, MessageKind.DESTROY));
                }
                yield kinds;
            }
            case FIRST_HOP ->
                received
                        ? EnumSet.of(
                                MessageKind.CELL,
                                MessageKind.DATA,
                                MessageKind.CREATED,
                                MessageKind.EXTENDED,
                                MessageKind.PONG,
                                MessageKind.DESTROY,
                                MessageKind.HTTP_RESPONSE)
                        : EnumSet.of(
                                MessageKind.DATA,
                                MessageKind.CREATE,
                                MessageKind.EXTEND,
                                MessageKind.PING,
                                MessageKind.DESTROY,
                                MessageKind.HTTP_REQUEST);
            case NEXT_HOP ->
                received
                        ? EnumSet.of(MessageKind.CELL, MessageKind.CREATED, MessageKind.DESTROY)
                        : EnumSet.of(MessageKind.CELL, MessageKind.CREATE, MessageKind.DESTROY);
            case PREVIOUS_HOP ->
                received
                        ? EnumSet.of(
                                MessageKind.CELL,
                                MessageKind.DATA,
                                MessageKind.CREATE,
                                MessageKind.EXTEND,
                                MessageKind.PING,
                                MessageKind.DESTROY,
                                MessageKind.TEST_REQUEST,
                                MessageKind.HTTP_REQUEST)
                        : EnumSet.of(
                                MessageKind.CELL,
                                MessageKind.DATA,
                                MessageKind.CREATED,
                                MessageKind.EXTENDED,
                                MessageKind.PONG,
                                MessageKind.DESTROY,
                                MessageKind.TEST_RESPONSE,
                                MessageKind.HTTP_RESPONSE);
        };
    }
}
